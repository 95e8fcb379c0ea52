using Orchestrator.Scheduling.Groups;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Grains.Scheduling;

/// <summary>
/// Pods of a group are placed all at once, or none. Nothing is held for a group that cannot be placed yet, so that none waits for another, and no
/// time-out is needed: a placement of the whole group is tried, and taken back where it is not enough.
/// </summary>
internal sealed partial class SchedulerCore
{
    private const int UnfitGroup = 1 << 29;

    // Larger groups are placed by their first members; the rest follow one by one.
    private const int GroupLimit = 4_096;

    private readonly PodGroups _groups = new();

    /// <summary>Decides on the pod's group, where it is part of one that must be placed at once; null for the pod to be decided on by itself.</summary>
    private List<SchedulingDecision>? DecideGroup(PendingPod pod, DateTimeOffset now)
    {
        if (_groups.Of(pod.Facts.Uid) is not { } group || (group.Obstacle is null && group.Lacking == 0))
        {
            return null;
        }

        if (group.Obstacle is { } obstacle)
        {
            return [NotYet(pod, new PlacementReport(_cluster.NodeCount, 0, [], [], $"0/{_cluster.NodeCount} nodes are available: {obstacle}.", []), now)];
        }

        PendingPod[] members =
        [
            .. group.Waiting.Select(_queue.Find).OfType<PendingPod>().Where(m => _waiting.ContainsKey(m.Facts.Uid))
                .OrderByDescending(m => m.Facts.Priority).ThenBy(m => m.Since).ThenBy(m => m.Facts.Uid, StringComparer.Ordinal).Take(GroupLimit),
        ];
        var placed = new List<(PendingPod Pod, Placement Placement, PlacementReport Report)>();
        PlacementReport? failure = null;
        int rejectedBy = UnfitGroup;
        foreach (PendingPod member in members)
        {
            (Placement placement, PlacementReport report) = TryPlace(member);
            if (placement.IsPlaced)
            {
                placed.Add((member, placement, report));
            }
            else
            {
                failure ??= report;
                rejectedBy |= placement.RejectedBy;
            }
        }

        return placed.Count >= group.Lacking ? AssumeAll(placed, now) : TakeBack(group, members, placed, failure, rejectedBy, now);
    }

    private (Placement Placement, PlacementReport Report) TryPlace(PendingPod member)
    {
        WaitingPod waiting = _waiting[member.Facts.Uid];
        if (HandlerOf(member.Facts) is not { } handler)
        {
            return (new Placement(-1, null, UnknownRuntimeClass), PlacementReport.UnknownRuntimeClass(_cluster.NodeCount, member.Facts.RuntimeClassName));
        }

        Workload workload = waiting.Workload.Shape.Handler == handler ? waiting.Workload : Recompile(member.Facts.Uid, waiting, handler);
        Placer placer = _profiles[member.Facts.SchedulerName].Placer;
        Unreserve(member.Facts.Uid);
        Placement placement = placer.Place(workload);
        PlacementReport report = placer.Report(workload, placement);
        if (placement.IsPlaced)
        {
            _cluster.PlacePod(member.Facts.Uid, placement.NodeName!, workload, member.Facts.Rank, report.Devices.Count == 0 ? null : report.Devices);
        }

        return (placement, report);
    }

    private List<SchedulingDecision> AssumeAll(List<(PendingPod Pod, Placement Placement, PlacementReport Report)> placed, DateTimeOffset now)
    {
        var decisions = new List<SchedulingDecision>(placed.Count);
        foreach ((PendingPod member, Placement placement, PlacementReport report) in placed)
        {
            WaitingPod waiting = _waiting[member.Facts.Uid];
            _queue.Retake(member.Facts.Uid);
            _groups.Of(member.Facts.Uid)!.SetBound(member.Facts.Uid);
            decisions.Add(Assume(member, waiting, waiting.Workload, placement.NodeName!, report, now));
        }

        return decisions;
    }

    private List<SchedulingDecision> TakeBack(
        PodGroup group,
        PendingPod[] members,
        List<(PendingPod Pod, Placement Placement, PlacementReport Report)> placed,
        PlacementReport? failure,
        int rejectedBy,
        DateTimeOffset now)
    {
        foreach ((PendingPod member, _, _) in placed)
        {
            _cluster.RemovePod(member.Facts.Uid);
        }

        PlacementReport report = failure ?? PlacementReport.NoNodes;
        report = report with { Message = $"only {placed.Count} of the {group.Lacking} pods that PodGroup \"{group.Key}\" needs placed at once fit; for the next one {report.Message}" };
        var decisions = new List<SchedulingDecision>(members.Length);
        foreach (PendingPod member in members)
        {
            _queue.Retake(member.Facts.Uid);
            _queue.ReturnUnschedulable(member.Facts.Uid, rejectedBy, now);
            decisions.Add(Unschedulable(member, _waiting[member.Facts.Uid], report, now));
        }

        return decisions;
    }

    private SchedulingDecision NotYet(PendingPod pod, PlacementReport report, DateTimeOffset now)
    {
        _queue.ReturnUnschedulable(pod.Facts.Uid, UnfitGroup, now);
        return Unschedulable(pod, _waiting[pod.Facts.Uid], report, now);
    }

    private void SetGroup(string key, int? minCount, DateTimeOffset now)
    {
        _groups.Define(key, minCount);
        WakeGroup(key, now);
    }

    // A member that came may complete the group.
    private void WakeGroup(string key, DateTimeOffset now) =>
        _queue.WakeRejectedBy(UnfitGroup, now, (pod, _) => _groups.Of(pod.Facts.Uid)?.Key == key);

    private void SetMember(PodFacts facts, bool isBound, DateTimeOffset now)
    {
        if (facts.GroupName.Length > 0)
        {
            string key = $"{facts.Namespace}/{facts.GroupName}";
            bool isNew = _groups.Of(facts.Uid) is null;
            _groups.Set(facts.Uid, key, isBound);
            if (isNew)
            {
                WakeGroup(key, now);
            }
        }
    }
}
