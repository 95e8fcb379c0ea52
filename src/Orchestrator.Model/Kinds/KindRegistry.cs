using System.Collections.Frozen;

namespace Orchestrator.Model.Kinds;

/// <summary>The kinds that are served: an immutable snapshot, looked up by path or by type.</summary>
public sealed class KindRegistry
{
    private readonly FrozenDictionary<(string Group, string Version, string Plural), ResourceKind> _byPath;
    private readonly FrozenDictionary<(string ApiVersion, string Kind), ResourceKind> _byKind;
    private readonly FrozenDictionary<string, ResourceKind> _byStorageName;

    public KindRegistry(IEnumerable<ResourceKind> kinds)
    {
        All = [.. kinds];
        _byPath = All.ToFrozenDictionary(k => (k.Group, k.Version, k.Plural));
        _byKind = All.ToFrozenDictionary(k => (k.ApiVersion, k.Kind));
        _byStorageName = All.DistinctBy(k => k.StorageName).ToFrozenDictionary(k => k.StorageName);
    }

    public IReadOnlyList<ResourceKind> All { get; }

    public ResourceKind? Find(string group, string version, string plural) => _byPath.GetValueOrDefault((group, version, plural));

    public ResourceKind? FindKind(string apiVersion, string kind) => _byKind.GetValueOrDefault((apiVersion, kind));

    public ResourceKind? FindStored(string storageName) => _byStorageName.GetValueOrDefault(storageName);
}
