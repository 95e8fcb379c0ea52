using Orchestrator.Model.Batch;

namespace Orchestrator.Grains.Jobs;

/// <summary>
/// Failures by completion index, for Jobs with <c>backoffLimitPerIndex</c>. How often an index has failed is written on its pods, so that it is known from
/// the last of them.
/// </summary>
internal sealed class IndexFailures
{
    private readonly Dictionary<int, (int Failures, int Ignored, DateTimeOffset? Last)> _byIndex = [];

    private IndexFailures(IndexSet failed) => Failed = failed;

    public IndexSet Failed { get; private set; }

    public static IndexFailures Of(JobView view, IndexSet completed)
    {
        var failures = new IndexFailures(view.Indexes("failedIndexes").Below(view.Completions ?? 0));
        if (view.BackoffLimitPerIndex is not { } limit)
        {
            return failures;
        }

        var failed = new HashSet<int>();
        foreach (JobPod pod in view.Pods.Where(p => p.Index >= 0 && p.Index < view.Completions && p.HasFailed(view.OnlyReplacesFailed)))
        {
            string action = FailurePolicy.Judge(view, pod).Action;
            bool isIgnored = action == "Ignore";
            int count = pod.IndexFailures + (isIgnored ? 0 : 1);
            int ignored = pod.IgnoredFailures + (isIgnored ? 1 : 0);
            (int Failures, int Ignored, DateTimeOffset? Last) known = failures._byIndex.GetValueOrDefault(pod.Index);
            failures._byIndex[pod.Index] = (
                Math.Max(known.Failures, count), Math.Max(known.Ignored, ignored), known.Last is null || pod.EndedAt > known.Last ? pod.EndedAt : known.Last);
            if (!completed.Contains(pod.Index) && (action == "FailIndex" || (!isIgnored && count > limit)))
            {
                failed.Add(pod.Index);
            }
        }

        failures.Failed = failures.Failed.With(failed);
        return failures;
    }

    /// <summary>What the next pod of the index is told.</summary>
    public (int Failures, int Ignored) Before(int index)
    {
        (int failures, int ignored, _) = _byIndex.GetValueOrDefault(index);
        return (failures, ignored);
    }

    /// <summary>How long the next pod of the index has to wait yet; zero or less where it need not.</summary>
    public TimeSpan Wait(int index, DateTimeOffset now)
    {
        (int failures, int ignored, DateTimeOffset? last) = _byIndex.GetValueOrDefault(index);
        return last is { } ended ? ended + JobBackOff.Delay(failures + ignored) - now : TimeSpan.Zero;
    }
}
