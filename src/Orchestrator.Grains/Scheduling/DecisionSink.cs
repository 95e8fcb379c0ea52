using Orchestrator.Grains.Events;
using Orchestrator.Grains.Explanations;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Workloads;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Turns decisions into kept explanations, Events of the pods, spans of their traces, and metrics.</summary>
internal sealed class DecisionSink(ExplanationRecorder explanations, IEventRecorder events, SchedulerTelemetry telemetry) : IDecisionSink
{
    public void Decided(string scheduler, long epoch, long revision, IReadOnlyList<SchedulingDecision> decisions)
    {
        foreach (SchedulingDecision decision in decisions)
        {
            PodFacts pod = decision.Pod.Facts;
            telemetry.Decided(scheduler, decision);
            explanations.Record(PlacementExplanation.Of(
                new ExplainedPod(pod.Namespace, pod.Name, pod.Uid), decision.Report, decision.NodeName, pod.SchedulerName, epoch, revision, decision.DecidedAt));
            if (decision.NodeName is null)
            {
                events.Record(Event(pod, true, "FailedScheduling", decision.Report.Message));
            }
        }
    }

    public void Written(string scheduler, SchedulingDecision decision, CommitOutcome outcome, TimeSpan duration)
    {
        if (decision.NodeName is null)
        {
            return;
        }

        telemetry.Bound(scheduler, decision, outcome, duration);
        if (outcome == CommitOutcome.Committed)
        {
            PodFacts pod = decision.Pod.Facts;
            events.Record(Event(pod, false, "Scheduled", $"Successfully assigned {pod.Namespace}/{pod.Name} to {decision.NodeName}"));
        }
    }

    public void Preempted(string scheduler, PreemptionVictim victim, CommitOutcome outcome)
    {
        if (outcome == CommitOutcome.Committed)
        {
            events.Record(new ObservedEvent(
                "v1", "Pod", victim.Key.Namespace, victim.Key.Name, victim.Uid, false, "Preempted", $"Preempted by pod {victim.For.Uid} on node {victim.NodeName}", scheduler));
        }
    }

    public void QueueIs(string scheduler, int ready, int backingOff, int unschedulable) =>
        telemetry.QueueIs(scheduler, ready, backingOff, unschedulable);

    public void Stopped(string scheduler) => telemetry.QueueIs(scheduler, 0, 0, 0);

    private static ObservedEvent Event(PodFacts pod, bool isWarning, string reason, string message) =>
        new("v1", "Pod", pod.Namespace, pod.Name, pod.Uid, isWarning, reason, message, pod.SchedulerName);
}
