using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Garbage;

/// <summary>What has become of an owner.</summary>
internal enum OwnerState
{
    /// <summary>It is there.</summary>
    Solid,

    /// <summary>It is there, and waits for what it owns to go first.</summary>
    Waiting,

    /// <summary>It is gone, or never was: a uid is never used again.</summary>
    Absent,

    /// <summary>As absent; an object of that uid is in another namespace, where it cannot be an owner.</summary>
    ElsewhereNamespace,

    /// <summary>A namespaced owner of a cluster-scoped object: it can never be told which one is meant.</summary>
    NamespacedOfClusterScoped,

    /// <summary>Its kind is not served (now): nothing is known of it, so nothing is done.</summary>
    UnknownKind,
}

/// <summary>Looks up what owner references refer to. The cache is in revision order, so an owner that is not in it is gone for good.</summary>
internal sealed class Owners(IObjectStore store, ServedKinds kinds)
{
    /// <summary>The owner, where there is one.</summary>
    public StoredObject? Find(OwnerReference reference, string dependentNamespace) =>
        KindOf(reference) is { } kind && !(kind.Namespaced && dependentNamespace.Length == 0)
            ? Find(kind, kind.Namespaced ? dependentNamespace : "", reference)
            : null;

    public OwnerState StateOf(OwnerReference reference, string dependentNamespace)
    {
        if (KindOf(reference) is not { } kind)
        {
            return OwnerState.UnknownKind;
        }

        if (kind.Namespaced && dependentNamespace.Length == 0)
        {
            return OwnerState.NamespacedOfClusterScoped;
        }

        if (Find(kind, kind.Namespaced ? dependentNamespace : "", reference) is { } owner)
        {
            return IsWaiting(owner) ? OwnerState.Waiting : OwnerState.Solid;
        }

        return kind.Namespaced && IsElsewhere(kind, reference) ? OwnerState.ElsewhereNamespace : OwnerState.Absent;
    }

    /// <summary>True for an object that waits for what it owns to go first.</summary>
    public static bool IsWaiting(StoredObject owner) => owner.IsTerminating && Finalizers.Of(owner).Contains(GarbageFinalizers.Foreground);

    // An owner may be named by a version that is no longer served: any version of the kind shows the same object.
    private ResourceKind? KindOf(OwnerReference reference)
    {
        if (kinds.Current.FindKind(reference.ApiVersion, reference.Kind) is { } exact)
        {
            return exact;
        }

        int slash = reference.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        string group = slash < 0 ? "" : reference.ApiVersion[..slash];
        return kinds.Current.All.FirstOrDefault(k => k.Group == group && k.Kind == reference.Kind);
    }

    private StoredObject? Find(ResourceKind kind, string ns, OwnerReference reference) =>
        store.Get(new ObjectKey(kind.StorageName, ns, reference.Name)) is { } found && found.Uid == reference.Uid ? found : null;

    private bool IsElsewhere(ResourceKind kind, OwnerReference reference) =>
        store.List(Resources.Namespaces).Items.Any(ns => Find(kind, ns.Key.Name, reference) is not null);
}
