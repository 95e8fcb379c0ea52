using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;

namespace Orchestrator.Grains.Jobs;

/// <summary>As many pods at once as the Job wants, and no more than completions are left.</summary>
internal static class JobScale
{
    /// <summary>Pods made in one step; the next follows at once.</summary>
    private const int StepSize = 500;

    public static ReconcilePlan Plan(JobDraft draft)
    {
        JobView view = draft.View;
        List<JobPod> active = [.. view.Pods.Where(p => p.IsActive)];
        List<JobPod> surplus = Surplus(draft, active);
        draft.Dismiss(surplus);
        int remaining = active.Count - surplus.Count;
        int terminating = view.OnlyReplacesFailed ? view.Pods.Count(p => p.IsTerminating && !p.HasEnded) : 0;
        long missing = Math.Min(StepSize, Wanted(draft, active.Count) - remaining - terminating);
        if (surplus.Count > 0 || missing <= 0 || !view.MayCreate)
        {
            return draft.Finish(AdmittedObjects.None);
        }

        if (view.BackoffLimitPerIndex is null && JobBackOff.Wait(view) is var wait && wait > TimeSpan.Zero)
        {
            draft.LookAgainAfter(wait);
            return draft.Finish(AdmittedObjects.None);
        }

        List<JsonObject> bodies = view.IsIndexed ? Indexed(draft, (int)missing) : [.. Enumerable.Range(0, (int)missing).Select(_ => JobPods.New(view, null, null))];
        return bodies.Count == 0
            ? draft.Finish(AdmittedObjects.None)
            : new ReconcilePlan
            {
                Basis = view.Stored.Revision,
                Creations = new NewObjects(Resources.Pods, view.Stored.Key.Namespace, ControllerKind.Job.Component, bodies),
                Conclude = draft.Finish,
            };
    }

    private static long Wanted(JobDraft draft, int active)
    {
        JobView view = draft.View;
        if (view.Completions is not { } completions)
        {
            // A work queue: the first success tells that it is being emptied, and no more are begun.
            return draft.Count.TotalSucceeded > 0 ? active : view.Parallelism;
        }

        long done = view.IsIndexed ? draft.Count.CompletedIndexes.Count + draft.Indexes.Failed.Count : draft.Count.TotalSucceeded;
        return Math.Max(0, Math.Min(view.Parallelism, completions - done));
    }

    // Pods of an index that has another, is done or is no more go first; then those that have got least far.
    private static List<JobPod> Surplus(JobDraft draft, List<JobPod> active)
    {
        var surplus = new List<JobPod>();
        List<JobPod> kept = active;
        if (draft.View.IsIndexed)
        {
            kept = [];
            foreach (IGrouping<int, JobPod> index in active.GroupBy(p => p.Index))
            {
                List<JobPod> furthest = [.. index.OrderByDescending(Progress).ThenBy(p => p.CreatedAt).ThenBy(p => p.Stored.Key.Name, StringComparer.Ordinal)];
                bool isOpen = index.Key >= 0 && index.Key < draft.View.Completions
                    && !draft.Count.CompletedIndexes.Contains(index.Key) && !draft.Indexes.Failed.Contains(index.Key);
                kept.AddRange(isOpen ? furthest.Take(1) : []);
                surplus.AddRange(isOpen ? furthest.Skip(1) : furthest);
            }
        }

        long tooMany = kept.Count - Wanted(draft, active.Count);
        if (tooMany > 0)
        {
            surplus.AddRange(kept.OrderByDescending(p => p.Index).ThenBy(Progress).ThenByDescending(p => p.CreatedAt)
                .ThenBy(p => p.Stored.Key.Name, StringComparer.Ordinal).Take((int)tooMany));
        }

        return surplus;
    }

    private static int Progress(JobPod pod) => pod.IsReady ? 2 : pod.Phase == "Running" ? 1 : 0;

    private static List<JsonObject> Indexed(JobDraft draft, int count)
    {
        JobView view = draft.View;
        HashSet<int> taken = [.. view.Pods.Where(p => p.IsActive || (view.OnlyReplacesFailed && p.IsTerminating && !p.HasEnded)).Select(p => p.Index)];
        bool hasLimit = view.BackoffLimitPerIndex is not null;
        var bodies = new List<JsonObject>();
        foreach (int index in draft.Count.CompletedIndexes.Missing((int)(view.Completions ?? 0), i => taken.Contains(i) || draft.Indexes.Failed.Contains(i)))
        {
            if (bodies.Count == count)
            {
                break;
            }

            if (hasLimit && draft.Indexes.Wait(index, view.Now) is var wait && wait > TimeSpan.Zero)
            {
                draft.LookAgainAfter(wait);
                continue;
            }

            bodies.Add(JobPods.New(view, index, hasLimit ? draft.Indexes.Before(index) : null));
        }

        return bodies;
    }
}
