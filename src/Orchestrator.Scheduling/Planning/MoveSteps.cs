using Orchestrator.Model;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Simulation;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Planning;

/// <summary>
/// The moves of a plan in the making, done on a copy of the cluster as they are found, so that each is checked against the state that those before it
/// lead to: every filter of placement, and the disruption budgets. What proves useless is taken back.
/// </summary>
internal sealed class MoveSteps
{
    private readonly SimulatedCluster _cluster;
    private readonly PlanOptions _options;
    private readonly DisruptionBudget[] _budgets;
    private readonly int[] _budgetLeft;
    private readonly List<(PlannedMove Move, SimulatedPod Pod)> _done = [];

    // Pods that still wait are placed on the copy meanwhile, to keep their room: they are on no node that a move could take them from.
    private readonly HashSet<string> _bound;

    public MoveSteps(SimulatedCluster cluster, PlanOptions options)
    {
        _cluster = cluster;
        _options = options;
        _budgets = [.. cluster.Budgets];
        _budgetLeft = [.. _budgets.Select(b => b.Allowed)];
        _bound = cluster.Pods.Where(p => p.Facts.NodeName.Length > 0).Select(p => p.Facts.Uid).ToHashSet(StringComparer.Ordinal);
    }

    public ClusterState State => _cluster.State;

    public IReadOnlyList<PlannedMove> Moves => [.. _done.Select(d => d.Move)];

    public int Count => _done.Count;

    public bool IsFull => _done.Count >= _options.MostMoves;

    /// <summary>The node's pods that can be moved, the cheapest first.</summary>
    public IReadOnlyList<SimulatedPod> Movable(string node) =>
        [.. Departing.PodsOf(_cluster, node).Where(p => _bound.Contains(p.Facts.Uid) && KindOf(p) is not null && !IsKept(p)).OrderBy(CostOf).ThenBy(p => p.Key, StringComparer.Ordinal)];

    /// <summary>How the pod can be moved at all; null where it cannot: it belongs to its node, is ending, or nobody would make it anew.</summary>
    public static string? KindOf(SimulatedPod pod)
    {
        if (pod.BelongsToNode || pod.Facts.IsTerminating || pod.Workload is not { } workload)
        {
            return null;
        }

        if (workload.Shape.Handler is RuntimeHandlers.Qemu or RuntimeHandlers.Kvm or RuntimeHandlers.Vm)
        {
            return MoveKinds.Migrate;
        }

        return pod.Controller is null ? null : MoveKinds.Restart;
    }

    /// <summary>In seconds.</summary>
    public double CostOf(SimulatedPod pod)
    {
        if (KindOf(pod) == MoveKinds.Restart)
        {
            return _options.RestartSeconds;
        }

        long memory = pod.Workload is { } workload ? workload.Shape.Requests.FirstOrDefault(r => r.Column == ResourceCatalog.MemoryBytes).Amount : 0;
        return Math.Round(_options.MigrationSeconds + (memory / _options.MigrationBytesPerSecond), 1);
    }

    /// <summary>Slots of other nodes that would take the pod.</summary>
    public List<int> Targets(SimulatedPod pod)
    {
        var targets = new List<int>();
        string from = pod.Facts.NodeName;
        State.RemovePod(pod.Facts.Uid);
        for (int slot = 0; slot < State.SlotCount; slot++)
        {
            if (State.NameOf(slot) is { } name && name != from && Admits(slot, pod.Workload!.Value))
            {
                targets.Add(slot);
            }
        }

        _cluster.Place(pod, from);
        return targets;
    }

    public bool Admits(int slot, Workload workload)
    {
        for (int i = 0; i < _options.Profile.FilterCount; i++)
        {
            if (!_options.Profile.FilterAt(i).Admits(State, slot, workload))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Does a move to one of the <see cref="Targets"/>.</summary>
    public void Move(SimulatedPod pod, int slot)
    {
        string to = State.NameOf(slot)!;
        Spend(pod, 1);
        _done.Add((new PlannedMove(pod.Key, pod.Controller?.ToString(), pod.Facts.NodeName, to, KindOf(pod)!, CostOf(pod)), pod));
        _cluster.Place(pod, to);
    }

    /// <summary>Takes moves back, the last first, until so many are left.</summary>
    public void BackTo(int count)
    {
        while (_done.Count > count)
        {
            (PlannedMove move, SimulatedPod pod) = _done[^1];
            _done.RemoveAt(_done.Count - 1);
            Spend(pod, -1);
            _cluster.Place(pod, move.From);
        }
    }

    /// <summary>The larger of the shares of CPU and memory that are requested of a node, with a change.</summary>
    public double ShareOf(int slot, SimulatedPod? pod = null, int sign = 0)
    {
        double Share(int column)
        {
            long own = pod?.Workload is { } workload ? workload.Shape.Requests.FirstOrDefault(r => r.Column == column).Amount : 0;
            long allocatable = State.Allocatable(column, slot);
            return allocatable > 0 ? (double)(State.Requested(column, slot) + (sign * own)) / allocatable : 0;
        }

        return Math.Max(Share(ResourceCatalog.CpuMilli), Share(ResourceCatalog.MemoryBytes));
    }

    // A live migration disrupts nothing. Restarts are counted over the whole plan, which keeps the budgets even if its moves were made all at once.
    private bool IsKept(SimulatedPod pod)
    {
        for (int i = 0; i < _budgets.Length; i++)
        {
            if (KindOf(pod) == MoveKinds.Restart && _budgetLeft[i] <= 0 && _budgets[i].Protects(pod.Workload!.Value.Identity))
            {
                return true;
            }
        }

        return false;
    }

    private void Spend(SimulatedPod pod, int restarts)
    {
        for (int i = 0; i < _budgets.Length; i++)
        {
            if (KindOf(pod) == MoveKinds.Restart && _budgets[i].Protects(pod.Workload!.Value.Identity))
            {
                _budgetLeft[i] -= restarts;
            }
        }
    }
}
