using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>Which reconcilers a change concerns. Most pods concern none: only those whose node is missing or in trouble need watching over.</summary>
internal sealed class WakeRules(IObjectStore store, GarbageWakes garbage, AppsWakes apps)
{
    private readonly PolicyWakes _policies = new(store);
    private readonly BatchWakes _batch = new(store);
    private readonly ServiceWakes _services = new(store);
    private readonly VolumeWakes _volumes = new(store);
    private readonly VirtualMachineWakes _machines = new(store);

    public IEnumerable<Wake> For(Change change) => ForKind(change).Concat(garbage.For(change)).Concat(_policies.For(change)).Concat(apps.For(change))
        .Concat(_batch.For(change)).Concat(_services.For(change)).Concat(_volumes.For(change)).Concat(_machines.For(change));

    private IEnumerable<Wake> ForKind(Change change) => change.Object.Key.Resource switch
    {
        Resources.Nodes => ForNode(change),
        Resources.Hypervisors => [new Wake(Reconciler.Hypervisor, change.Object.Key.Name)],
        Resources.Namespaces => ForNamespace(change.Object),
        Resources.Pods => ForPod(change),
        _ => [],
    };

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() =>
        store.List(Resources.Nodes).Items.Select(n => new Wake(Reconciler.Node, n.Key.Name))
            .Concat(store.List(Resources.Hypervisors).Items.Select(h => new Wake(Reconciler.Hypervisor, h.Key.Name)))
            .Concat(store.List(Resources.Namespaces).Items.SelectMany(ForNamespace))
            .Concat(PodsToWatch())
            .Concat(garbage.All())
            .Concat(_policies.All())
            .Concat(apps.All())
            .Concat(_batch.All())
            .Concat(_services.All())
            .Concat(_volumes.All())
            .Concat(_machines.All());

    private IEnumerable<Wake> PodsToWatch()
    {
        var sound = new HashSet<string>(
            store.List(Resources.Nodes).Items.Where(n => !IsInTrouble(n)).Select(n => n.Key.Name), StringComparer.Ordinal);
        return store.List(Resources.Pods).Items.Where(p => NodeOf(p).Length == 0 ? p.IsTerminating : !sound.Contains(NodeOf(p))).Select(WorkloadOf);
    }

    private IEnumerable<Wake> ForNode(Change change)
    {
        string name = change.Object.Key.Name;
        yield return new Wake(Reconciler.Node, name);
        if (change.Type == ChangeType.Updated && !IsInTrouble(change.Object))
        {
            yield break;
        }

        foreach (Wake wake in HypervisorsOf(name))
        {
            yield return wake;
        }

        foreach (StoredObject pod in store.ListByField(Resources.Pods, Resources.PodNodeName, name).Items)
        {
            yield return WorkloadOf(pod);
        }
    }

    private static IEnumerable<Wake> ForNamespace(StoredObject ns) =>
        ns.IsTerminating ? [new Wake(Reconciler.Namespace, ns.Key.Name)] : [];

    private IEnumerable<Wake> ForPod(Change change)
    {
        StoredObject pod = change.Object;
        if (change.Type == ChangeType.Deleted)
        {
            return [];
        }

        string node = NodeOf(pod);
        StoredObject? stored = node.Length == 0 ? null : store.Get(new ObjectKey(Resources.Nodes, "", node));
        bool needsWatching = node.Length == 0 ? pod.IsTerminating : stored is null || IsInTrouble(stored);
        return needsWatching ? [WorkloadOf(pod)] : [];
    }

    private IEnumerable<Wake> HypervisorsOf(string node) =>
        store.ListByField(Resources.Hypervisors, "spec.nodeName", node).Items.Select(h => new Wake(Reconciler.Hypervisor, h.Key.Name));

    private static Wake WorkloadOf(StoredObject pod) => new(Reconciler.Workload, $"{pod.Key.Namespace}/{pod.Key.Name}");

    private static string NodeOf(StoredObject pod) => pod.Fields.GetValueOrDefault(Resources.PodNodeName) ?? "";

    private static bool IsInTrouble(StoredObject stored) => NodeFacts.Of(stored).IsInTrouble;
}
