using System.Text.Json.Nodes;

namespace Orchestrator.Model.Kinds;

/// <summary>
/// Between a version, or a group, that a kind is served in and the one that its objects are stored in. What one version cannot say is kept, so that an object that
/// goes there and back is the same.
/// </summary>
public interface IVersionConversion
{
    /// <summary>The object in the served version, in which it may be already. The argument may be altered.</summary>
    JsonObject FromStored(JsonObject stored);

    /// <summary>The object in the stored version. The argument is left as it is.</summary>
    JsonObject ToStored(JsonObject served);

    /// <summary>Where a selectable field of the served version stands in the stored one.</summary>
    string StoredField(string path) => path;
}
