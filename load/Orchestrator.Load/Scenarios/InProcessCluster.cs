using System.Globalization;
using System.Text.Json;
using Orchestrator.Load.Results;
using Orchestrator.Load.Servers;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Load.Scenarios;

/// <summary>A cluster in this process: the scheduler's own engine without API, store and bind.</summary>
internal sealed class InProcessCluster
{
    private readonly Placer _placer;
    private readonly Preemptor _preemptor;
    private readonly WorkloadCatalog _catalog;
    private readonly IReadOnlyList<SimulatedNode> _nodes;

    public InProcessCluster(IReadOnlyList<NodeClass> classes, double scale, string policy, int seed)
    {
        _nodes = NodeManifests.Expand(classes, scale);
        foreach (var node in _nodes)
        {
            Add(node);
        }

        var random = new Random(seed);
        var profile = PlacementPolicies.All[policy];
        _catalog = new WorkloadCatalog(State);
        _placer = new Placer(State, profile, random);
        _preemptor = new Preemptor(State, profile, random);
    }

    public ClusterState State { get; } = new();

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Compiles a workload: done once for all that are alike.</summary>
    public Workload Compile(WorkloadClass workload)
    {
        var pod = workload.Pod.DeepClone().AsObject();
        pod["metadata"] ??= new System.Text.Json.Nodes.JsonObject();
        pod["metadata"]!["namespace"] ??= "default";
        using var document = JsonDocument.Parse(pod.ToJsonString());
        return _catalog.Find(document.RootElement, workload.Handler);
    }

    /// <summary>Decides on one workload, makes room for it where others may give way, and counts it; null where it fits nowhere.</summary>
    public string? Place(string uid, Workload workload, int priority, bool explain)
    {
        var placement = _placer.Place(workload);
        if (explain)
        {
            _placer.Report(workload, placement);
        }

        var node = placement.NodeName ?? MakeRoom(workload, priority);
        if (node is not null)
        {
            State.PlacePod(uid, node, workload, new PodRank(priority));
        }

        return node;
    }

    public void Remove(string uid) => State.RemovePod(uid);

    /// <summary>Puts as many of the workload on every node as fit.</summary>
    public void Fill(Workload workload)
    {
        foreach (var node in _nodes)
        {
            Fill(node.Name, workload);
        }
    }

    public void Fill(string node, Workload workload)
    {
        State.TryFindSlot(node, out var slot);
        for (var i = 0; Array.TrueForAll(workload.Shape.Requests, r => State.Requested(r.Column, slot) + r.Amount <= State.Allocatable(r.Column, slot)); i++)
        {
            State.PlacePod(string.Create(CultureInfo.InvariantCulture, $"fill-{node}-{i}"), node, workload);
        }
    }

    /// <summary>The node is gone with all that was on it; returns that.</summary>
    public IReadOnlyList<PlacedPod> Lose(SimulatedNode node)
    {
        PlacedPod[] pods = [.. State.PodsOf(node.Name)];
        Array.ForEach(pods, p => State.RemovePod(p.Uid));
        State.RemoveHypervisor(NodeManifests.HypervisorName(node));
        State.RemoveNode(node.Name);
        return pods;
    }

    public void Add(SimulatedNode node)
    {
        State.SetNode(new NodeFacts(node.Name, [.. node.Class.Capacity], [.. node.Labels.Select(l => new Label(l.Key, l.Value))], node.Class.Taints, IsCordoned: false));
        State.SetHypervisor(new HypervisorFacts(NodeManifests.HypervisorName(node), node.Name, IsReady: true, node.Class.Runtimes) { Class = NodeManifests.Class(node) });
    }

    public ClusterPicture Picture(IReadOnlyList<Workload> mix) => ClusterPicture.Of(State, mix);

    private string? MakeRoom(Workload workload, int priority)
    {
        if (priority == 0 || _preemptor.Find(workload, priority) is not { } plan)
        {
            return null;
        }

        foreach (var victim in plan.Victims)
        {
            State.RemovePod(victim.Uid);
        }

        return plan.NodeName;
    }
}
