using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>Which objects may be garbage, or may be done with their dependents, after a change. Most changes concern neither, and cost a look at the owners.</summary>
internal sealed class GarbageWakes(IObjectStore store, ServedKinds kinds, Owners owners)
{
    public IEnumerable<Wake> For(Change change)
    {
        StoredObject now = change.Object;
        IEnumerable<Wake> wakes = WaitingOwners(now);
        if (change.Previous is { OwnerUids.Count: > 0 } before)
        {
            wakes = wakes.Concat(WaitingOwners(before));
        }

        return change.Type == ChangeType.Deleted ? wakes.Concat(Dependents(now)) : wakes.Concat(Itself(now));
    }

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() => kinds.Current.All
        .DistinctBy(kind => kind.StorageName)
        .SelectMany(kind => store.List(kind.StorageName).Items)
        .SelectMany(Itself);

    private IEnumerable<Wake> Itself(StoredObject stored)
    {
        if (!stored.IsTerminating)
        {
            return NeedsCollection(stored) ? [Of(stored)] : [];
        }

        IReadOnlyList<string> finalizers = Finalizers.Of(stored);
        return finalizers.Contains(GarbageFinalizers.Orphan) ? [Of(stored)]
            : finalizers.Contains(GarbageFinalizers.Foreground) ? Dependents(stored).Prepend(Of(stored))
            : [];
    }

    private bool NeedsCollection(StoredObject stored) =>
        OwnerReference.Of(stored).Any(r => owners.StateOf(r, stored.Key.Namespace) is not (OwnerState.Solid or OwnerState.UnknownKind));

    private IEnumerable<Wake> Dependents(StoredObject owner) => store.ListByOwner(owner.Uid).Items.Select(Of);

    private IEnumerable<Wake> WaitingOwners(StoredObject dependent) => OwnerReference.Of(dependent)
        .Select(r => owners.Find(r, dependent.Key.Namespace))
        .OfType<StoredObject>()
        .Where(o => o.IsTerminating)
        .Select(Of);

    private static Wake Of(StoredObject stored) => new(Reconciler.Garbage, GarbageKey.Of(stored.Key));
}
