using Orchestrator.Grains.Objects;

namespace Orchestrator.Grains.Jobs;

/// <summary>
/// The end of a Job: first the interim condition, while its pods are ended and counted; then, when none is left, the final one. So whoever sees the final
/// condition knows that nothing of the Job runs.
/// </summary>
internal static class JobEnding
{
    public static void Plan(JobDraft draft, JobVerdict verdict)
    {
        JobView view = draft.View;
        StoredJson.SetCondition(view.Json, new ConditionValue(verdict.Interim, "True", verdict.Reason, verdict.Message), view.Now);
        draft.Delete(view.Pods.Where(p => p.IsActive));
        if (view.Pods.Any(p => !p.HasEnded) || draft.Count.IsPending || draft.Count.Released.Count > 0)
        {
            return;
        }

        StoredJson.SetCondition(view.Json, new ConditionValue(verdict.Final, "True", verdict.Reason, verdict.Message), view.Now);
        if (verdict.Succeeds)
        {
            view.Status["completionTime"] = Timestamps.Seconds(view.Now);
            draft.Tell("Completed", "Job completed");
        }
        else
        {
            draft.Tell(verdict.Reason, verdict.Message, isWarning: true);
        }
    }
}
