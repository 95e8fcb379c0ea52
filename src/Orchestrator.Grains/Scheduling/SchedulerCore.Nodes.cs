using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Answers about single nodes, from the state as it is.</summary>
internal sealed partial class SchedulerCore
{
    /// <summary>What is said of the node for the pod; null where the scheduler does not know the one or the other. Leaves everything as it is.</summary>
    public NodeExplanation? ExplainNode(string podUid, string nodeName, long epoch, long revision, DateTimeOffset now)
    {
        if (!_pods.TryGetValue(podUid, out KnownPod? known) || !_cluster.TryFindSlot(nodeName, out int slot))
        {
            return null;
        }

        // A pod must not be in its own way.
        PlacedPod? placed = _cluster.FindPod(podUid);
        Workload? workload = _waiting.TryGetValue(podUid, out WaitingPod? waiting) ? waiting.Workload : placed?.Workload;
        if (workload is null)
        {
            return null;
        }

        int priority = placed?.Rank.Priority ?? _queue.Find(podUid)?.Facts.Priority ?? 0;
        if (placed is not null)
        {
            _cluster.RemovePod(podUid);
        }

        NodeReport report = (_profiles.GetValueOrDefault(known.SchedulerName) ?? _profiles.Values.First()).Placer.ReportNode(workload.Value, slot);
        PreemptionPlan? plan = report.Fits ? null : _preemptor.FindAt(slot, workload.Value, priority);
        if (placed is not null)
        {
            _cluster.PlacePod(podUid, placed.NodeName, placed.Workload, placed.Rank, placed.Devices);
        }

        return new NodeExplanation
        {
            Pod = new ExplainedPod(known.Key.Namespace, known.Key.Name, podUid),
            NodeName = nodeName,
            PlacedOn = placed?.Rank.Stage == PlacementStage.Nominated ? null : placed?.NodeName,
            ExaminedAt = now,
            Epoch = epoch,
            Revision = revision,
            Fits = report.Fits,
            Filters = report.Filters,
            Score = report.Score,
            Rank = report.Rank,
            NodesEligible = report.NodesEligible,
            Preemption = plan is null ? null : PreemptionReporting.Explained(plan, [.. plan.Victims
                .Where(v => v.Rank.Stage == PlacementStage.Placed && _pods.ContainsKey(v.Uid))
                .Select(v => $"{_pods[v.Uid].Key.Namespace}/{_pods[v.Uid].Key.Name}")]),
        };
    }
}
