using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Profiles;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Workloads;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>
/// The scheduler's state between its inputs (changes, results of binds) and its outputs (decisions). Synchronous, single-threaded, without
/// I/O or clock: the session feeds it. A decision is assumed at once, and the assumption taken back where its bind fails.
/// </summary>
internal sealed partial class SchedulerCore
{
    // Bits of SchedulingQueue's rejection sets beside those of the filters.
    private const int UnknownRuntimeClass = 1 << 30;

    // After so many lost races in a row a pod backs off, instead of being tried again at once.
    private const int ImmediateRetries = 3;

    private readonly Dictionary<string, ProfileAtWork> _profiles = new(StringComparer.Ordinal);
    private readonly PodCompany _company = new();
    private readonly ClusterState _cluster = new();
    private readonly WorkloadCatalog _workloads;
    private readonly QueueingHints _hints;
    private readonly HashSet<PodIdentity> _placedSince = [];
    private readonly SchedulingQueue _queue = new();
    private readonly Dictionary<string, NodeFacts> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _handlers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitingPod> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownPod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DisruptionBudget> _budgets = new(StringComparer.Ordinal);
    private readonly Preemptor _preemptor;
    private readonly HashSet<string> _assumed = new(StringComparer.Ordinal);
    private readonly int _anyFilter;
    private readonly int _usage;

    /// <param name="profiles">How pods are placed, by their scheduler name; pods of other names are left to others.</param>
    /// <param name="random">Breaks ties.</param>
    public SchedulerCore(IReadOnlyList<SchedulerProfile> profiles, Random random)
    {
        // All profiles have the same filters: they tell only good places from better ones.
        PlacementProfile profile = PlacementProfile.Default;
        foreach (SchedulerProfile named in profiles)
        {
            _profiles.Add(named.SchedulerName, new ProfileAtWork(new Placer(_cluster, named.Build(random), random), named.Defaults));
        }

        _workloads = new WorkloadCatalog(_cluster);
        _hints = new QueueingHints(_cluster, profile);
        _preemptor = new Preemptor(_cluster, profile, random);
        _anyFilter = (1 << profile.FilterCount) - 1;
        _usage = profile.Filters.Where(f => f.IsHelpedByPreemption).Aggregate(0, (bits, filter) => bits | profile.BitOf(filter.Name));
    }

    public ClusterState Cluster => _cluster;

    public SchedulingQueue Queue => _queue;

    /// <summary>Pods decided on whose bind has not been answered.</summary>
    public int AssumedCount => _assumed.Count;

    /// <summary>Decides on the next ready pods, at most <paramref name="limit"/>.</summary>
    public List<SchedulingDecision> Decide(int limit, DateTimeOffset now)
    {
        WakeCompany(now);
        var decisions = new List<SchedulingDecision>();
        while (decisions.Count < limit && _queue.Take(now) is { } pod)
        {
            if (DecideGroup(pod, now) is { } group)
            {
                decisions.AddRange(group);
            }
            else
            {
                decisions.Add(Decide(pod, _waiting[pod.Facts.Uid], now));
            }
        }

        return decisions;
    }

    /// <summary>
    /// Takes in what became of a decision's write. <paramref name="present"/> is the pod as now stored, null where it is gone.
    /// </summary>
    public void Complete(SchedulingDecision decision, CommitOutcome outcome, StoredObject? present, DateTimeOffset now)
    {
        if (decision.NodeName is null)
        {
            // The pod waits already; a condition that lost a race is said again at the next attempt.
            return;
        }

        string uid = decision.Pod.Facts.Uid;
        if (decision.Volumes.Count > 0)
        {
            Unspeak(uid);
        }

        if (outcome == CommitOutcome.Committed)
        {
            _assumed.Remove(uid);
            Forget(uid);
            if (present is not null && _pods.TryGetValue(uid, out KnownPod? known))
            {
                _pods[uid] = known with { Revision = Math.Max(known.Revision, present.Revision) };
            }

            return;
        }

        if (_assumed.Remove(uid))
        {
            ReleasePod(uid, now);
            _groups.Of(uid)?.SetWaiting(uid);
        }

        if (present is null || present.Uid != uid)
        {
            Forget(uid);
            return;
        }

        SetPod(present, now);
        if (decision.Pod.Attempts < ImmediateRetries)
        {
            _queue.ReturnToReady(uid, now);
        }
        else
        {
            _queue.ReturnToBackoff(uid, now);
        }
    }

    private SchedulingDecision Decide(PendingPod pod, WaitingPod waiting, DateTimeOffset now)
    {
        string uid = pod.Facts.Uid;
        if (HandlerOf(pod.Facts) is not { } handler)
        {
            _queue.ReturnUnschedulable(uid, UnknownRuntimeClass, now);
            return Unschedulable(pod, waiting, PlacementReport.UnknownRuntimeClass(_cluster.NodeCount, pod.Facts.RuntimeClassName), now);
        }

        Workload workload = waiting.Workload.Shape.Handler == handler ? waiting.Workload : Recompile(uid, waiting, handler);
        PlacedPod? reserved = Unreserve(uid);
        int preferred = reserved is not null && _cluster.TryFindSlot(reserved.NodeName, out int slot) ? slot : -1;
        Placer placer = _profiles[pod.Facts.SchedulerName].Placer;
        Placement placement = placer.Place(workload, preferred);
        PlacementReport report = placer.Report(workload, placement);
        if (!placement.IsPlaced)
        {
            _queue.ReturnUnschedulable(uid, placement.RejectedBy, now);
            return MakeRoom(pod, waiting, workload, reserved, report, now);
        }

        return Assume(pod, waiting, workload, placement.NodeName!, report, now);
    }

    /// <summary>A pod that was to give way was not deleted, having changed: the pod it was for looks again.</summary>
    public void PreemptionFailed(PreemptionVictim victim, DateTimeOffset now) => _queue.WakeRejectedBy(-1, now, (pod, _) => pod.Facts.Uid == victim.For.Uid);

    private SchedulingDecision Assume(PendingPod pod, WaitingPod waiting, Workload workload, string nodeName, PlacementReport report, DateTimeOffset now)
    {
        (IReadOnlyList<ClaimAssignment> volumes, string? obstacle) = ChooseVolumes(pod, workload, nodeName);
        if (obstacle is not null)
        {
            return WaitForVolumes(pod, waiting, volumes, obstacle, now);
        }

        _cluster.PlacePod(pod.Facts.Uid, nodeName, workload, pod.Facts.Rank, report.Devices.Count == 0 ? null : report.Devices);
        _placedSince.Add(workload.Identity);
        _assumed.Add(pod.Facts.Uid);
        return new SchedulingDecision(pod, waiting.Object, nodeName, report, BindingEdit.Bind(waiting.Object, nodeName, report.Devices, now), now) { Volumes = volumes };
    }

    // The pod fits nowhere as things are. Its room, once made, is kept for it by its nomination: as if it were there already.
    private SchedulingDecision MakeRoom(
        PendingPod pod, WaitingPod waiting, Workload workload, PlacedPod? reserved, PlacementReport report, DateTimeOffset now)
    {
        PodRank rank = pod.Facts.Rank with { Stage = PlacementStage.Nominated };
        if (reserved is not null && _cluster.PodsOf(reserved.NodeName).Any(p => p.Rank.Stage == PlacementStage.Ending && p.Rank.Priority < rank.Priority))
        {
            // Those that give way are still ending: to make others go as well would be in vain.
            _cluster.PlacePod(pod.Facts.Uid, reserved.NodeName, workload, rank);
            return new SchedulingDecision(pod, waiting.Object, null, report, BindingEdit.Unschedulable(waiting.Object, report.Message, reserved.NodeName, now), now);
        }

        PreemptionPlan? plan = pod.Facts.MayPreempt ? _preemptor.Find(workload, pod.Facts.Priority) : null;
        if (plan is null)
        {
            return Unschedulable(pod, waiting, PreemptionReporting.Failed(report, _preemptor, workload, pod.Facts), now);
        }

        foreach (PlacedPod nominated in plan.Victims.Where(v => v.Rank.Stage == PlacementStage.Nominated))
        {
            // It is on no node yet: it only loses the room kept for it, and looks for another at its next attempt.
            _cluster.RemovePod(nominated.Uid);
        }

        if (plan.Victims.All(v => v.Rank.Stage == PlacementStage.Nominated))
        {
            _queue.Retake(pod.Facts.Uid);
            Placer placer = _profiles[pod.Facts.SchedulerName].Placer;
            Placement placement = placer.Place(workload, plan.Slot);
            return Assume(pod, waiting, workload, plan.NodeName, placer.Report(workload, placement), now);
        }

        PreemptionVictim[] victims =
        [
            .. plan.Victims
                .Where(v => v.Rank.Stage == PlacementStage.Placed && _pods.ContainsKey(v.Uid))
                .Select(v => new PreemptionVictim(_pods[v.Uid].Key, v.Uid, pod.Facts, plan.NodeName)),
        ];
        _cluster.PlacePod(pod.Facts.Uid, plan.NodeName, workload, rank);
        PlacementReport reported = PreemptionReporting.Planned(report, plan, [.. victims.Select(v => $"{v.Key.Namespace}/{v.Key.Name}")]);
        return new SchedulingDecision(
            pod, waiting.Object, null, reported, BindingEdit.Unschedulable(waiting.Object, report.Message, plan.NodeName, now), now)
        { Victims = victims };
    }

    // Room that is kept for the pod must not be in its own way.
    private PlacedPod? Unreserve(string uid)
    {
        PlacedPod? reserved = _cluster.FindPod(uid);
        if (reserved?.Rank.Stage != PlacementStage.Nominated)
        {
            return null;
        }

        _cluster.RemovePod(uid);
        return reserved;
    }

    private Workload Recompile(string uid, WaitingPod waiting, string handler)
    {
        using JsonDocument json = JsonDocument.Parse(waiting.Object.Json);
        Workload workload = WorkloadOf(json.RootElement, waiting.SchedulerName, handler);
        _waiting[uid] = waiting with { Workload = workload };
        return workload;
    }

    private static SchedulingDecision Unschedulable(PendingPod pod, WaitingPod waiting, PlacementReport report, DateTimeOffset now) =>
        new(pod, waiting.Object, null, report, BindingEdit.Unschedulable(waiting.Object, report.Message, "", now), now);

    private Workload WorkloadOf(JsonElement pod, string schedulerName, string handler) =>
        _workloads.Find(pod, handler, _profiles.GetValueOrDefault(schedulerName)?.Defaults, _company.Of(pod));

    private void Learn(Workload workload)
    {
        foreach (ProfileAtWork profile in _profiles.Values)
        {
            profile.Placer.Profile.Learner?.Arrived(_cluster, workload.Shape);
        }
    }

    // Null where the pod names a RuntimeClass that does not exist.
    private string? HandlerOf(PodFacts pod) =>
        pod.RuntimeClassName.Length == 0 ? RuntimeHandlers.Runc : _handlers.GetValueOrDefault(pod.RuntimeClassName);

    private void Forget(string uid)
    {
        _waiting.Remove(uid);
        _claimants.Remove(uid);
        _queue.Remove(uid);
    }

    private sealed record KnownPod(ObjectKey Key, long Revision, string SchedulerName);

    private sealed record WaitingPod(StoredObject Object, Workload Workload, string SchedulerName);

    private sealed record ProfileAtWork(Placer Placer, ShapeDefaults Defaults);
}
