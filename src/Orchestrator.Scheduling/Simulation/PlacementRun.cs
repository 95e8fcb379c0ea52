using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// Places pods one after the other as the scheduler would: the most important first, among equals the first come; those of lower priority give way
/// where nothing else helps, and wait anew where a controller makes them anew. What failed for want of company is tried again when others were placed.
/// </summary>
/// <param name="cluster">The cluster, which gets the pods.</param>
/// <param name="profile">Filters and scorers.</param>
/// <param name="random">Breaks ties.</param>
public sealed class PlacementRun(SimulatedCluster cluster, PlacementProfile profile, Random random)
{
    // Each pass but the last places something; so many are needed only by chains of pods that each wait for the next.
    private const int MostPasses = 16;

    private readonly Placer _placer = new(cluster.State, profile, random);
    private readonly Preemptor _preemptor = new(cluster.State, profile, random) { Budgets = [.. cluster.Budgets] };
    private readonly PriorityQueue<SimulatedPlacement, (int, int)> _queue = new();
    private readonly List<SimulatedPlacement> _placed = [];
    private readonly List<SimulatedPlacement> _unplaced = [];
    private readonly List<Departure> _departures = [];
    private readonly int _company = CompanyBits(profile);
    private int _arrivals;

    /// <summary>Whether pods of lower priority give way.</summary>
    public bool MayPreempt { get; init; } = true;

    /// <summary>In the order in which they were placed.</summary>
    public IReadOnlyList<SimulatedPlacement> Placed => _placed;

    /// <summary>With the reason of each.</summary>
    public IReadOnlyList<SimulatedPlacement> Unplaced => _unplaced;

    /// <summary>Pods that gave way for good, because no controller makes them anew.</summary>
    public IReadOnlyList<Departure> Departures => _departures;

    public void Enqueue(SimulatedPod pod, string origin, string? from = null)
    {
        ArgumentNullException.ThrowIfNull(pod);
        Enqueue(new SimulatedPlacement(pod, origin, from));
    }

    public void Run(CancellationToken cancel)
    {
        for (int pass = 0; pass < MostPasses && _queue.Count > 0; pass++)
        {
            int before = _placed.Count;
            while (_queue.TryDequeue(out SimulatedPlacement? next, out _))
            {
                cancel.ThrowIfCancellationRequested();
                Decide(next);
            }

            if (_placed.Count > before)
            {
                RetryForCompany();
            }
        }
    }

    private static int CompanyBits(PlacementProfile profile)
    {
        int bits = 0;
        foreach (ITopologyFilter filter in profile.TopologyFilters)
        {
            bits |= profile.BitOf(filter.Name);
        }

        return bits;
    }

    private void Enqueue(SimulatedPlacement placement)
    {
        cluster.AddPending(placement.Pod);
        _queue.Enqueue(placement, (-placement.Pod.Facts.Priority, _arrivals++));
    }

    private void RetryForCompany()
    {
        SimulatedPlacement[] hopeful = [.. _unplaced.Where(p => (p.RejectedBy & _company) != 0)];
        foreach (SimulatedPlacement placement in hopeful)
        {
            _unplaced.Remove(placement);
            Enqueue(placement);
        }
    }

    private void Decide(SimulatedPlacement next)
    {
        PodFacts pod = next.Pod.Facts;
        if (pod.IsGated)
        {
            Keep(next, new PlacementReport(cluster.State.NodeCount, 0, [], [], "Scheduling is blocked due to non-empty scheduling gates", ["remove spec.schedulingGates"]), 0);
        }
        else if (next.Pod.Workload is not { } workload)
        {
            Keep(next, PlacementReport.UnknownRuntimeClass(cluster.State.NodeCount, pod.RuntimeClassName), 0);
        }
        else
        {
            Place(next, workload);
        }
    }

    private void Place(SimulatedPlacement next, Workload workload)
    {
        PodFacts pod = next.Pod.Facts;
        int nominated = cluster.State.TryFindSlot(pod.NominatedNodeName, out int slot) ? slot : -1;
        Placement placement = _placer.Place(workload, nominated);
        PlacementReport report = _placer.Report(workload, placement);
        if (placement.IsPlaced)
        {
            Place(next, placement.NodeName!, report);
        }
        else if (MayPreempt && pod.MayPreempt && _preemptor.Find(workload, pod.Priority) is { } plan)
        {
            string[] victims = [.. plan.Victims.Select(v => cluster.FindPod(v.Uid)!.Key)];
            MakeRoom(plan, next.Pod.Key);
            Place(next, plan.NodeName, PreemptionReporting.Planned(_placer.Report(workload, _placer.Place(workload, plan.Slot)), plan, victims));
        }
        else
        {
            Keep(next, PreemptionReporting.Failed(report, _preemptor, workload, pod), placement.RejectedBy);
        }
    }

    private void Place(SimulatedPlacement next, string node, PlacementReport report)
    {
        cluster.Place(next.Pod, node, report.Devices.Count == 0 ? null : report.Devices);
        _placed.Add(next with { Node = node, Report = report });
    }

    private void Keep(SimulatedPlacement next, PlacementReport report, int rejectedBy) => _unplaced.Add(next with { Report = report, RejectedBy = rejectedBy });

    private void MakeRoom(PreemptionPlan plan, string preemptor)
    {
        foreach (SimulatedPod victim in plan.Victims.Select(v => cluster.FindPod(v.Uid)!))
        {
            cluster.RemovePod(victim.Facts.Uid);

            // Where it was placed by this very run, it was not for good.
            _placed.RemoveAll(p => p.Pod.Facts.Uid == victim.Facts.Uid);
            if (victim.Controller is null)
            {
                _departures.Add(new Departure(victim, plan.NodeName, $"gives way for {preemptor}, and no controller makes it anew", IsGone: true));
            }
            else
            {
                Enqueue(Departing.Anew(victim, cluster), PodOrigins.Preempted, plan.NodeName);
            }
        }
    }
}

/// <summary>A pod that is to be placed, and what came of it.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Origin">One of <see cref="PodOrigins"/>.</param>
/// <param name="From">The node that it leaves; null for one that is on none.</param>
public sealed record SimulatedPlacement(SimulatedPod Pod, string Origin, string? From)
{
    /// <summary>Where it goes; null while it waits.</summary>
    public string? Node { get; init; }

    /// <summary>The reasons; null before it was decided on.</summary>
    public PlacementReport? Report { get; init; }

    /// <summary>Bits of the filters that rejected nodes.</summary>
    internal int RejectedBy { get; init; }
}

/// <summary>Why a simulation places a pod.</summary>
public static class PodOrigins
{
    /// <summary>It waited already.</summary>
    public const string Waiting = "Waiting";

    /// <summary>A manifest of the question asks for it.</summary>
    public const string New = "New";

    /// <summary>Its node is drained or lost.</summary>
    public const string Displaced = "Displaced";

    /// <summary>It gave way for another, and its controller makes it anew.</summary>
    public const string Preempted = "Preempted";
}

/// <summary>A pod that leaves for good, or that cannot leave.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Node">Where it is or was.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsGone">False where it stays although its node is drained.</param>
public sealed record Departure(SimulatedPod Pod, string Node, string Reason, bool IsGone);
