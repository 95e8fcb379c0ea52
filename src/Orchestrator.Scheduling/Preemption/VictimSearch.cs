using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>
/// Finds the fewest pods of one node that must go for a workload to fit: takes all of lower priority away, then puts back, the most important
/// first, each that may stay. Asks the same filters as placing does, of the cluster as it would be; where only requests decide, by their sums.
/// </summary>
internal sealed class VictimSearch(ClusterState cluster, PlacementProfile profile)
{
    private readonly List<PlacedPod> _lower = [];
    private readonly List<PlacedPod> _protected = [];
    private readonly List<PlacedPod> _free = [];
    private readonly List<PlacedPod> _victims = [];
    private readonly Shortfall _shortfall = new();
    private int[] _left = [];
    private bool _onlyRequestsDecide;

    /// <summary>The victims, valid until the next search; null where the workload does not fit even without any.</summary>
    public PreemptionCost? Find(int slot, Workload workload, int priority, BudgetSet budgets)
    {
        _lower.Clear();
        _victims.Clear();
        foreach (PlacedPod pod in cluster.PodsOf(cluster.NameOf(slot)!))
        {
            if (pod.Rank.Priority < priority)
            {
                _lower.Add(pod);
            }
        }

        if (_lower.Count == 0)
        {
            return null;
        }

        // By uid at last: the order in which pods were learnt of must not decide.
        _lower.Sort(ByImportance);
        Begin(slot, workload);
        foreach (PlacedPod pod in _lower)
        {
            Count(slot, pod, -1);
        }

        bool fits = Admits(slot, workload);
        if (fits)
        {
            Split(budgets);
            Reprieve(slot, workload, _protected);
            Reprieve(slot, workload, _free);
        }
        else
        {
            _victims.AddRange(_lower);
        }

        foreach (PlacedPod pod in _victims)
        {
            Count(slot, pod, 1);
        }

        return fits && _victims.Count > 0 ? Cost(budgets) : null;
    }

    public PlacedPod[] Victims() => [.. _victims];

    private static int ByImportance(PlacedPod a, PlacedPod b)
    {
        // Those that go anyway, or are not there yet, give way first.
        int order = (a.Rank.Stage == PlacementStage.Placed ? 0 : 1).CompareTo(b.Rank.Stage == PlacementStage.Placed ? 0 : 1);
        order = order != 0 ? order : b.Rank.Priority.CompareTo(a.Rank.Priority);
        order = order != 0 ? order : a.Rank.StartedSeconds.CompareTo(b.Rank.StartedSeconds);
        return order != 0 ? order : string.CompareOrdinal(a.Uid, b.Uid);
    }

    private void Begin(int slot, Workload workload)
    {
        _onlyRequestsDecide = true;
        for (int i = 0; i < profile.FilterCount && _onlyRequestsDecide; i++)
        {
            IFilter filter = profile.FilterAt(i);
            _onlyRequestsDecide = filter is FitsResources || !filter.IsHelpedByPreemption || !filter.Concerns(cluster, slot, workload);
        }

        if (_onlyRequestsDecide)
        {
            _shortfall.Begin(cluster, slot, workload.Shape);
        }
    }

    private void Count(int slot, PlacedPod pod, int sign)
    {
        if (_onlyRequestsDecide)
        {
            _shortfall.Count(pod.Workload.Shape, sign);
        }
        else
        {
            cluster.CountTentatively(slot, pod, sign);
        }
    }

    // Of the filters that no pod's going helps the node was asked before.
    private bool Admits(int slot, Workload workload)
    {
        if (_onlyRequestsDecide)
        {
            return _shortfall.IsNone;
        }

        for (int i = 0; i < profile.FilterCount; i++)
        {
            IFilter filter = profile.FilterAt(i);
            if (filter.IsHelpedByPreemption && !filter.Admits(cluster, slot, workload))
            {
                return false;
            }
        }

        return true;
    }

    // Which would break a budget if all of them went, the most important going first as in Kubernetes.
    private void Split(BudgetSet budgets)
    {
        _protected.Clear();
        _free.Clear();
        if (budgets.Count == 0)
        {
            _free.AddRange(_lower);
            return;
        }

        ResetLeft(budgets);
        foreach (PlacedPod pod in _lower)
        {
            bool violates = false;
            foreach (int budget in ProtectingOf(pod, budgets))
            {
                violates |= --_left[budget] < 0;
            }

            (violates ? _protected : _free).Add(pod);
        }
    }

    private void Reprieve(int slot, Workload workload, List<PlacedPod> pods)
    {
        foreach (PlacedPod pod in pods)
        {
            Count(slot, pod, 1);
            if (!Admits(slot, workload))
            {
                Count(slot, pod, -1);
                _victims.Add(pod);
            }
        }
    }

    // Counted of those that really go: a pod that seemed too many may not be once others stay.
    private int Violations(BudgetSet budgets)
    {
        if (budgets.Count == 0)
        {
            return 0;
        }

        ResetLeft(budgets);
        int violations = 0;
        foreach (PlacedPod victim in _victims)
        {
            foreach (int budget in ProtectingOf(victim, budgets))
            {
                violations += --_left[budget] < 0 ? 1 : 0;
            }
        }

        return violations;
    }

    // Those that end anyway, or are not there yet, are nobody's disruption.
    private static int[] ProtectingOf(PlacedPod pod, BudgetSet budgets) =>
        pod.Rank.Stage == PlacementStage.Placed ? budgets.Protecting(pod.Workload.Identity) : [];

    private void ResetLeft(BudgetSet budgets)
    {
        if (_left.Length < budgets.Count)
        {
            _left = new int[budgets.Count];
        }

        for (int i = 0; i < budgets.Count; i++)
        {
            _left[i] = budgets.Allowed(i);
        }
    }

    private PreemptionCost Cost(BudgetSet budgets)
    {
        int highest = int.MinValue;
        int count = 0;
        long sum = 0;
        long earliest = long.MaxValue;
        foreach (PlacedPod victim in _victims)
        {
            if (victim.Rank.Stage != PlacementStage.Placed)
            {
                continue;
            }

            count++;
            sum += (long)victim.Rank.Priority - int.MinValue;
            if (victim.Rank.Priority > highest)
            {
                highest = victim.Rank.Priority;
                earliest = long.MaxValue;
            }

            earliest = victim.Rank.Priority == highest ? Math.Min(earliest, victim.Rank.StartedSeconds) : earliest;
        }

        return new PreemptionCost(Violations(budgets), highest, sum, count, earliest);
    }
}
