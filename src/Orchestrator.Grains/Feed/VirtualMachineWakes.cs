using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>Which VirtualMachines and instances a change concerns: the one that changed, the VirtualMachine of an instance's name, and the instance whose pod changed.</summary>
internal sealed class VirtualMachineWakes(IObjectStore store)
{
    public IEnumerable<Wake> For(Change change)
    {
        StoredObject obj = change.Object;
        return obj.Key.Resource switch
        {
            Resources.VirtualMachines => [Of(Reconciler.VirtualMachine, obj)],
            // By its name, not by its owner: one that is in the way of a VirtualMachine concerns it too.
            Resources.VirtualMachineInstances => [Of(Reconciler.VirtualMachineInstance, obj), Of(Reconciler.VirtualMachine, obj), .. Owners(obj, "VirtualMachineInstanceReplicaSet", Reconciler.InstanceReplicaSet)],
            Resources.InstanceReplicaSets => [Of(Reconciler.InstanceReplicaSet, obj)],
            Resources.Pods when obj.OwnerUids.Count > 0 => Owners(obj, "VirtualMachineInstance", Reconciler.VirtualMachineInstance),
            _ => [],
        };
    }

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() =>
        store.List(Resources.VirtualMachines).Items.Select(m => Of(Reconciler.VirtualMachine, m))
            .Concat(store.List(Resources.VirtualMachineInstances).Items.Select(i => Of(Reconciler.VirtualMachineInstance, i)))
            .Concat(store.List(Resources.InstanceReplicaSets).Items.Select(s => Of(Reconciler.InstanceReplicaSet, s)));

    private static IEnumerable<Wake> Owners(StoredObject obj, string kind, Reconciler reconciler) => OwnerReference.Of(obj)
        .Where(r => r.IsController && r.Kind == kind)
        .Select(r => new Wake(reconciler, $"{obj.Key.Namespace}/{r.Name}"));

    private static Wake Of(Reconciler reconciler, StoredObject obj) => new(reconciler, $"{obj.Key.Namespace}/{obj.Key.Name}");
}
