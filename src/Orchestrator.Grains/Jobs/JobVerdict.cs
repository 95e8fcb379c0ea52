using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Jobs;

/// <summary>That a Job is to end, and how: by success (<c>SuccessCriteriaMet</c>, then <c>Complete</c>) or by failure (<c>FailureTarget</c>, then <c>Failed</c>).</summary>
internal sealed record JobVerdict(bool Succeeds, string Reason, string Message)
{
    /// <summary>The condition that says so while pods are still being ended.</summary>
    public string Interim => Succeeds ? "SuccessCriteriaMet" : "FailureTarget";

    public string Final => Succeeds ? "Complete" : "Failed";

    /// <summary>Null while it goes on. What was decided before stands.</summary>
    public static JobVerdict? Of(JobView view, JobCount count, IndexFailures indexes)
    {
        if (view.Condition("FailureTarget") is { } failure)
        {
            return new JobVerdict(false, failure.Text("reason") ?? "", failure.Text("message") ?? "");
        }

        if (view.Condition("SuccessCriteriaMet") is { } success)
        {
            return new JobVerdict(true, success.Text("reason") ?? "", success.Text("message") ?? "");
        }

        return Failure(view, count, indexes) ?? Success(view, count, indexes);
    }

    private static JobVerdict? Failure(JobView view, JobCount count, IndexFailures indexes)
    {
        foreach (JobPod pod in view.Pods.Where(p => p.Phase == "Failed"))
        {
            FailureVerdict verdict = FailurePolicy.Judge(view, pod);
            if (verdict.Action == "FailJob")
            {
                return new JobVerdict(false, "PodFailurePolicy", verdict.Message);
            }
        }

        if (count.TotalFailed > (view.Spec.Integer("backoffLimit") ?? 6) || HasRestartedTooOften(view))
        {
            return new JobVerdict(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }

        if (Deadline(view) <= view.Now)
        {
            return new JobVerdict(false, "DeadlineExceeded", "Job was active longer than specified deadline");
        }

        if (view.BackoffLimitPerIndex is null)
        {
            return null;
        }

        if (view.Spec.Integer("maxFailedIndexes") is { } most && indexes.Failed.Count > most)
        {
            return new JobVerdict(false, "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
        }

        return indexes.Failed.Count > 0 && indexes.Failed.Count + count.CompletedIndexes.Count >= view.Completions
            && Policy(view, count) is null
            ? new JobVerdict(false, "FailedIndexes", "Job has failed indexes")
            : null;
    }

    /// <summary>When the Job has been active for too long; null where it may be for ever, or is not active.</summary>
    public static DateTimeOffset? Deadline(JobView view) =>
        !view.IsSuspended && view.Spec.Integer("activeDeadlineSeconds") is { } seconds && view.Status.Time("startTime") is { } start
            ? start + TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue))
            : null;

    private static JobVerdict? Success(JobView view, JobCount count, IndexFailures indexes)
    {
        if (Policy(view, count) is { } policy)
        {
            return policy;
        }

        bool isDone = view.Completions is { } wanted
            ? (view.IsIndexed ? count.CompletedIndexes.Count : count.TotalSucceeded) >= wanted
            : count.TotalSucceeded > 0 && !view.Pods.Any(p => p.IsActive);
        return isDone && indexes.Failed.Count == 0 ? new JobVerdict(true, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    private static JobVerdict? Policy(JobView view, JobCount count)
    {
        foreach ((JsonObject rule, int i) in view.Spec.Child("successPolicy").Items("rules"))
        {
            IndexSet? listed = rule.Text("succeededIndexes") is { } text && IndexSet.TryParse(text, view.Completions ?? 0, out IndexSet set) ? set : null;
            long met = listed is null ? count.CompletedIndexes.Count : count.CompletedIndexes.CountIn(listed);
            if (met > 0 && met >= (rule.Integer("succeededCount") ?? listed?.Count ?? long.MaxValue))
            {
                return new JobVerdict(true, "SuccessPolicy", string.Create(CultureInfo.InvariantCulture, $"Matched rules at index {i}"));
            }
        }

        return null;
    }

    // Containers that are restarted in place fail without their pod failing.
    private static bool HasRestartedTooOften(JobView view)
    {
        if (view.Spec.Child("template", "spec").Text("restartPolicy") != "OnFailure")
        {
            return false;
        }

        long restarts = view.Pods.Where(p => p.Phase is "Running" or "Pending").Sum(p => p.Restarts);
        long limit = view.Spec.Integer("backoffLimit") ?? 6;
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }
}
