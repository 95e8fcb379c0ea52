using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>
/// Lets get and list of a resource show what is known beyond the stored object (renewals of Leases, which are not committed). Watches go by commits
/// and so show what is stored. An overlay changes neither metadata nor what selectors go by.
/// </summary>
public interface IReadOverlay
{
    /// <summary>Storage name of the kind whose objects it shows.</summary>
    string Resource { get; }

    /// <summary>The object as JSON in UTF-8, with its resourceVersion: the stored bytes where nothing newer is known.</summary>
    ReadOnlyMemory<byte> Show(StoredObject stored);
}

/// <summary>The one place where reads turn stored objects into the bytes that are served.</summary>
internal sealed class ServedObjects(IEnumerable<IReadOverlay> overlays)
{
    private readonly Dictionary<string, IReadOverlay> _overlays = overlays.ToDictionary(o => o.Resource, StringComparer.Ordinal);

    public ReadOnlyMemory<byte> Of(ResourceKind kind, StoredObject stored) =>
        ServedVersion.Of(kind, _overlays.TryGetValue(stored.Key.Resource, out var overlay) ? overlay.Show(stored) : stored.Json);

    public ReadOnlyMemory<byte>[] Of(ResourceKind kind, IReadOnlyList<StoredObject> stored) => [.. stored.Select(s => Of(kind, s))];
}
