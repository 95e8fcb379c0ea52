using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>
/// Finds where a workload that fits nowhere would fit at the least cost if pods of lower priority went. Pure, like placing. What a node would
/// cost is kept per shape and priority, and asked again only of nodes that changed, as long as only the node itself decides.
/// </summary>
/// <param name="cluster">The cluster; asked what would be, it is the same afterwards.</param>
/// <param name="profile">The filters.</param>
/// <param name="random">Where the search for candidates begins when not all nodes are asked.</param>
public sealed class Preemptor(ClusterState cluster, PlacementProfile profile, Random random)
{
    // As in Kubernetes: a tenth of the nodes, but at least a hundred candidates, where each must be asked anew.
    private const int LeastCandidates = 100;
    private const int CandidateShare = 10;
    private const int EvaluationLimit = 64;

    private readonly ClusterState _cluster = cluster;
    private readonly VictimSearch _search = new(cluster, profile);
    private readonly TopologyEvaluation _topology = new(cluster, profile);
    private readonly Dictionary<(WorkloadShape Shape, int Priority), CostTable> _tables = [];
    private BudgetSet _budgets = new([]);
    private long _uses;

    /// <summary>The budgets as they are now; a change makes everything be asked again.</summary>
    public IReadOnlyList<DisruptionBudget> Budgets
    {
        get;
        set
        {
            field = value;
            _budgets = new BudgetSet(value);
            _tables.Clear();
        }
    } = [];

    /// <summary>The cheapest plan, or null where no pods of lower priority are in the way alone.</summary>
    public PreemptionPlan? Find(Workload workload, int priority)
    {
        if (!MayFind(workload, priority))
        {
            return null;
        }

        int best = _topology.IsFiltered(workload) ? BestOfCandidates(workload, priority) : TableFor(workload.Shape, priority).Cheapest(workload);
        return best < 0 ? null : PlanAt(best, workload, priority);
    }

    /// <summary>The plan for one node; null where no pods of lower priority are in the way there alone.</summary>
    public PreemptionPlan? FindAt(int slot, Workload workload, int priority) => MayFind(workload, priority) ? PlanAt(slot, workload, priority) : null;

    /// <summary>Of the nodes that the report says were rejected, those that no pods' going would open.</summary>
    public int HopelessNodes(PlacementReport report) => report.Filters
        .Where(verdict => profile.Filters.Any(f => f.Name == verdict.Name && !f.IsHelpedByPreemption))
        .Sum(verdict => verdict.Rejected);

    private bool MayFind(Workload workload, int priority)
    {
        if (!_cluster.HasBelow(priority) || workload.Shape.IsHopeless)
        {
            return false;
        }

        if (!workload.Shape.Terms.IsEmpty)
        {
            // Made now where they are new: counted while pods are tentatively away, they would be wrong ever after.
            _cluster.Topology.TalliesOf(workload.Shape);
        }

        return true;
    }

    private PreemptionPlan? PlanAt(int slot, Workload workload, int priority) => CostAt(slot, workload, priority) is { } cost
        ? new PreemptionPlan(slot, _cluster.NameOf(slot)!, _search.Victims(), cost)
        : null;

    private int BestOfCandidates(Workload workload, int priority)
    {
        int wanted = Math.Max(LeastCandidates, _cluster.NodeCount / CandidateShare);
        int best = -1;
        PreemptionCost? least = null;
        int start = random.Next(_cluster.SlotCount);
        for (int i = 0; i < _cluster.SlotCount && wanted > 0; i++)
        {
            int slot = (start + i) % _cluster.SlotCount;
            if (_cluster.NameOf(slot) is null || CostAt(slot, workload, priority) is not { } cost)
            {
                continue;
            }

            wanted--;
            if (least is null || cost < least)
            {
                (best, least) = (slot, cost);
            }
        }

        return best;
    }

    private PreemptionCost? CostAt(int slot, Workload workload, int priority) =>
        MayHelp(slot, workload.Shape) ? _search.Find(slot, workload, priority, _budgets) : null;

    private bool MayHelp(int slot, WorkloadShape shape)
    {
        foreach (INodeFilter filter in profile.Filters)
        {
            if (!filter.IsHelpedByPreemption && !filter.Admits(_cluster, slot, shape))
            {
                return false;
            }
        }

        return true;
    }

    private CostTable TableFor(WorkloadShape shape, int priority)
    {
        if (!_tables.TryGetValue((shape, priority), out CostTable? table))
        {
            if (_tables.Count >= EvaluationLimit)
            {
                _tables.Remove(_tables.MinBy(t => t.Value.LastUse).Key);
            }

            _tables.Add((shape, priority), table = new CostTable(_cluster, (slot, workload) => CostAt(slot, workload, priority)));
        }

        table.LastUse = ++_uses;
        return table;
    }
}
