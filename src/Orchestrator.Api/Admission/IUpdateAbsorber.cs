using System.Text.Json.Nodes;
using Orchestrator.Model;

namespace Orchestrator.Api.Admission;

/// <summary>
/// Takes updates that change nothing worth committing (renewals of node Leases). Called for every valid update of its resource. What it has taken
/// it shows again as an <see cref="Reading.IReadOverlay"/>.
/// </summary>
public interface IUpdateAbsorber
{
    /// <summary>Storage name of the kind whose updates it sees.</summary>
    string Resource { get; }

    /// <summary>True where the update is taken care of: it is answered 200 with the old resourceVersion and not committed.</summary>
    ValueTask<bool> AbsorbAsync(ObjectKey key, JsonObject updated, JsonObject old, CancellationToken cancel);
}
