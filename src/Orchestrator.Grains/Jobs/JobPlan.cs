using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>
/// Runs pods until enough have succeeded or too many have failed (kube-controller-manager's job controller). Pods are made, ended and released in one
/// transaction with the status that says so. Pure.
/// </summary>
internal static class JobPlan
{
    /// <summary>Its own name in <c>spec.managedBy</c>; Jobs of other managers are left to them.</summary>
    private const string Manager = "kubernetes.io/job-controller";

    public static ReconcilePlan Plan(JobView view)
    {
        if (view.Spec.Text("managedBy") is { Length: > 0 } manager && manager != Manager)
        {
            return ReconcilePlan.Nothing;
        }

        if (view.Stored.IsTerminating || view.Condition("Complete") is not null || view.Condition("Failed") is not null)
        {
            return JobRetention.Plan(view);
        }

        JobCount count = JobCount.Of(view, pod => FailurePolicy.Judge(view, pod).Action == "Ignore");
        IndexFailures indexes = IndexFailures.Of(view, count.CompletedIndexes);
        var draft = new JobDraft(view, count, indexes);
        if (JobVerdict.Of(view, count, indexes) is { } verdict)
        {
            JobEnding.Plan(draft, verdict);
            return draft.Finish(AdmittedObjects.None);
        }

        if (view.IsSuspended)
        {
            Suspend(draft);
            return draft.Finish(AdmittedObjects.None);
        }

        Resume(draft);
        return JobScale.Plan(draft);
    }

    private static void Suspend(JobDraft draft)
    {
        JobView view = draft.View;
        draft.Dismiss(view.Pods.Where(p => p.IsActive));
        if (StoredJson.SetCondition(view.Json, new ConditionValue("Suspended", "True", "JobSuspended", "Job suspended"), view.Now))
        {
            draft.Tell("Suspended", "Job suspended");
        }
    }

    private static void Resume(JobDraft draft)
    {
        JobView view = draft.View;
        if (view.Condition("Suspended") is not null)
        {
            StoredJson.SetCondition(view.Json, new ConditionValue("Suspended", "False", "JobResumed", "Job resumed"), view.Now);
            view.Status.Remove("startTime");
            draft.Tell("Resumed", "Job resumed");
        }

        if (view.Status["startTime"] is null)
        {
            view.Status["startTime"] = Timestamps.Seconds(view.Now);
        }

        if (JobVerdict.Deadline(view) is { } deadline)
        {
            draft.LookAgainAfter(deadline - view.Now);
        }
    }
}

/// <summary>A plan in the making: what is written, told and looked at again.</summary>
internal sealed class JobDraft(JobView view, JobCount count, IndexFailures indexes)
{
    private readonly JsonNode _before = view.Status.DeepClone();
    private readonly List<Mutation> _mutations = [];
    private readonly HashSet<JobPod> _ended = [];
    private readonly List<ObservedEvent> _events = [];
    private TimeSpan? _again;

    public JobView View => view;

    public JobCount Count => count;

    public IndexFailures Indexes => indexes;

    public void Tell(string reason, string message, bool isWarning = false) => _events.Add(ControllerKind.Job.Event(view.Stored, reason, message, isWarning));

    public void LookAgainAfter(TimeSpan delay)
    {
        TimeSpan positive = delay > TimeSpan.Zero ? delay : TimeSpan.Zero;
        _again = _again is { } planned && planned < positive ? planned : positive;
    }

    /// <summary>Ends pods that are not to be counted.</summary>
    public void Dismiss(IEnumerable<JobPod> pods) => End(pods, pod => JobPods.Dismiss(pod, view.Now));

    /// <summary>Ends pods that count as failed once they have ended.</summary>
    public void Delete(IEnumerable<JobPod> pods) => End(pods, pod => ObjectDeletion.Delete(pod.Stored, PodDeletion.Instance, null, view.Now));

    public ReconcilePlan Finish(AdmittedObjects admitted)
    {
        foreach (CreateObject created in admitted.Objects)
        {
            Tell("SuccessfulCreate", $"Created pod: {created.Key.Name}");
        }

        if (admitted.Refusal is { } refusal)
        {
            Tell("FailedCreate", $"Error creating: {refusal}", isWarning: true);
        }

        _mutations.AddRange(count.Releases(_ended));
        WriteStatus(admitted.Objects.Count);
        bool acts = _mutations.Count > 0 || admitted.Objects.Count > 0;
        return new ReconcilePlan
        {
            Anchor = acts || !JsonNode.DeepEquals(_before, view.Status) ? StoredJson.Replace(view.Stored, view.Json) : null,
            Basis = acts ? view.Stored.Revision : null,
            Mutations = _mutations,
            Events = _events,
            LookAgainAfter = _again,
        };
    }

    private void End(IEnumerable<JobPod> pods, Func<JobPod, Mutation?> write)
    {
        foreach (JobPod pod in pods)
        {
            if (write(pod) is { } mutation)
            {
                _mutations.Add(mutation);
                _ended.Add(pod);
                Tell("SuccessfulDelete", $"Deleted pod: {pod.Stored.Key.Name}");
            }
        }
    }

    private void WriteStatus(int created)
    {
        count.Write(view);
        List<JobPod> staying = [.. view.Pods.Where(p => p.IsActive && !_ended.Contains(p))];
        JobCount.Set(view.Status, "active", staying.Count + created);
        view.Status["ready"] = staying.Count(p => p.IsReady);
        view.Status["terminating"] = view.Pods.Count(p => !p.HasEnded && (p.IsTerminating || _ended.Contains(p)));
        if (view.BackoffLimitPerIndex is not null)
        {
            JobCount.SetText(view.Status, "failedIndexes", indexes.Failed.ToString());
        }
    }
}
