using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Told of what a scheduler does: explanations, events, traces and metrics are made from it. Must not throw, wait or keep the caller.</summary>
internal interface IDecisionSink
{
    /// <summary>Decisions were made, none of them written yet.</summary>
    void Decided(string scheduler, long epoch, long revision, IReadOnlyList<SchedulingDecision> decisions);

    /// <summary>A decision was written, or was not.</summary>
    void Written(string scheduler, SchedulingDecision decision, CommitOutcome outcome, TimeSpan duration);

    /// <summary>The deletion of a pod that gives way for another was written, or was not.</summary>
    void Preempted(string scheduler, PreemptionVictim victim, CommitOutcome outcome);

    /// <summary>Lengths of the queue's parts.</summary>
    void QueueIs(string scheduler, int ready, int backingOff, int unschedulable);

    /// <summary>The scheduler's session in this process is over.</summary>
    void Stopped(string scheduler);
}
