using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>
/// Finds the fewest pods of one node that must go for a workload to fit: takes all of lower priority away, then puts back, the most important
/// first, each that may stay. Asks the same filters as placing does, of the cluster as it would be.
/// </summary>
internal sealed class VictimSearch(ClusterState cluster, PlacementProfile profile)
{
    private readonly List<PlacedPod> _lower = [];
    private readonly List<PlacedPod> _protected = [];
    private readonly List<PlacedPod> _free = [];
    private readonly List<PlacedPod> _victims = [];

    /// <summary>The victims, valid until the next search; null where the workload does not fit even without any.</summary>
    public PreemptionCost? Find(int slot, Workload workload, int priority, IReadOnlyList<DisruptionBudget> budgets)
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
        foreach (PlacedPod pod in _lower)
        {
            cluster.CountTentatively(slot, pod, -1);
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
            cluster.CountTentatively(slot, pod, 1);
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

    private bool Admits(int slot, Workload workload)
    {
        for (int i = 0; i < profile.FilterCount; i++)
        {
            if (!profile.FilterAt(i).Admits(cluster, slot, workload))
            {
                return false;
            }
        }

        return true;
    }

    // Which would break a budget if all of them went, the most important going first as in Kubernetes.
    private void Split(IReadOnlyList<DisruptionBudget> budgets)
    {
        _protected.Clear();
        _free.Clear();
        if (budgets.Count == 0)
        {
            _free.AddRange(_lower);
            return;
        }

        int[] left = [.. budgets.Select(b => b.Allowed)];
        foreach (PlacedPod pod in _lower)
        {
            bool violates = false;
            for (int i = 0; i < left.Length && pod.Rank.Stage == PlacementStage.Placed; i++)
            {
                violates |= budgets[i].Protects(pod.Workload.Identity) && --left[i] < 0;
            }

            (violates ? _protected : _free).Add(pod);
        }
    }

    private void Reprieve(int slot, Workload workload, List<PlacedPod> pods)
    {
        foreach (PlacedPod pod in pods)
        {
            cluster.CountTentatively(slot, pod, 1);
            if (!Admits(slot, workload))
            {
                cluster.CountTentatively(slot, pod, -1);
                _victims.Add(pod);
            }
        }
    }

    // Counted of those that really go: a pod that seemed too many may not be once others stay.
    private int Violations(DisruptionBudget budget) => Math.Max(
        0, _victims.Count(v => v.Rank.Stage == PlacementStage.Placed && budget.Protects(v.Workload.Identity)) - budget.Allowed);

    private PreemptionCost Cost(IReadOnlyList<DisruptionBudget> budgets)
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

        return new PreemptionCost(budgets.Sum(Violations), highest, sum, count, earliest);
    }
}
