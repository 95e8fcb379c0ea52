using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.CronJobs;

/// <summary>
/// Makes a Job for each time of the schedule (kube-controller-manager's cronjob controller): at most one look's worth of missed times, the latest, is
/// made up for. The Job is created in one transaction with <c>status.lastScheduleTime</c>, so no time is run twice. Pure.
/// </summary>
internal static class CronJobPlan
{
    private const string ScheduledAnnotation = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    public static ReconcilePlan Plan(CronJobView view)
    {
        var draft = new CronJobDraft(view);
        draft.KeepRecord();
        string schedule = view.Spec.Text("schedule") ?? "";
        if (view.Stored.IsTerminating || view.Spec.Flag("suspend") == true)
        {
            return draft.Finish();
        }

        if (CronSchedule.Read(schedule, view.Spec.Text("timeZone")) is not { } times)
        {
            draft.Tell("UnparseableSchedule", $"unparseable schedule: {schedule}", isWarning: true);
            return draft.Finish();
        }

        draft.LookAgainAt(times.Next(view.Now));
        DateTimeOffset after = view.Status.Time("lastScheduleTime") ?? view.Json.Child("metadata").Time("creationTimestamp") ?? view.Now;
        if (times.MostRecent(after, view.Now) is not { } due)
        {
            return draft.Finish();
        }

        if (view.Spec.Integer("startingDeadlineSeconds") is { } deadline && due + TimeSpan.FromSeconds(Math.Min(deadline, int.MaxValue)) < view.Now)
        {
            draft.TellOnce(due, "MissSchedule", $"Missed scheduled time to start a job: {due.ToString("R", CultureInfo.InvariantCulture)}");
            return draft.Finish();
        }

        return Start(draft, due);
    }

    private static ReconcilePlan Start(CronJobDraft draft, DateTimeOffset due)
    {
        CronJobView view = draft.View;
        string policy = view.Spec.Text("concurrencyPolicy") ?? "Allow";
        List<CronJobRun> active = [.. view.Runs.Where(r => !r.HasEnded)];
        string name = string.Create(CultureInfo.InvariantCulture, $"{view.Stored.Key.Name}-{due.ToUnixTimeSeconds() / 60}");
        if (view.Runs.Any(r => r.Stored.Key.Name == name))
        {
            view.Status["lastScheduleTime"] = Timestamps.Seconds(due);
            return draft.Finish();
        }

        if (policy == "Forbid" && active.Count > 0)
        {
            draft.TellOnce(due, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
            return draft.Finish();
        }

        if (!view.MayCreate)
        {
            return draft.Finish();
        }

        if (policy == "Replace")
        {
            draft.Delete(active);
        }

        return new ReconcilePlan
        {
            Basis = view.Stored.Revision,
            Creations = new NewObjects(Resources.Jobs, view.Stored.Key.Namespace, ControllerKind.CronJob.Component, [Job(view, name, due)]),
            Conclude = admitted => draft.Finish(admitted, due),
        };
    }

    private static JsonObject Job(CronJobView view, string name, DateTimeOffset due)
    {
        JsonObject? template = view.Spec.Child("jobTemplate");
        var metadata = new JsonObject { ["name"] = name };
        foreach (string member in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (template.Child("metadata")?[member] is { } value)
            {
                metadata[member] = value.DeepClone();
            }
        }

        metadata.ObjectOrNew("annotations")![ScheduledAnnotation] = Timestamps.Seconds(due);
        metadata["ownerReferences"] = new JsonArray(ControllerKind.CronJob.Reference(view.Stored));
        return new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = metadata,
            ["spec"] = template?["spec"]?.DeepClone(),
        };
    }
}

/// <summary>A plan in the making.</summary>
internal sealed class CronJobDraft(CronJobView view)
{
    private const int SuccessfulHistory = 3;
    private const int FailedHistory = 1;
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly JsonNode _before = view.Status.DeepClone();
    private readonly List<Mutation> _mutations = [];
    private readonly List<ObservedEvent> _events = [];
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private TimeSpan? _again;

    public CronJobView View => view;

    public void Tell(string reason, string message, bool isWarning = false) => _events.Add(ControllerKind.CronJob.Event(view.Stored, reason, message, isWarning));

    /// <summary>Tells of a time that is not run, unless it is long past: it is looked at again and again until the next.</summary>
    public void TellOnce(DateTimeOffset due, string reason, string message)
    {
        if (view.Now - due < TimeSpan.FromMinutes(1) || reason == "MissSchedule")
        {
            Tell(reason, message, isWarning: reason == "MissSchedule");
        }
    }

    public void LookAgainAt(DateTimeOffset? time)
    {
        if (time is { } next)
        {
            _again = next - view.Now < LongestWait ? next - view.Now : LongestWait;
        }
    }

    /// <summary>Says which Jobs are active and when one last succeeded, and deletes those that are older than the history that is kept.</summary>
    public void KeepRecord()
    {
        DateTimeOffset? last = view.Runs.Where(r => r.HasSucceeded).Max(r => r.CompletedAt);
        if (last is { } success && !(view.Status.Time("lastSuccessfulTime") >= success))
        {
            view.Status["lastSuccessfulTime"] = Timestamps.Seconds(success);
        }

        Keep(view.Runs.Where(r => r.HasSucceeded), view.Spec.Integer("successfulJobsHistoryLimit") ?? SuccessfulHistory);
        Keep(view.Runs.Where(r => r.HasFailed), view.Spec.Integer("failedJobsHistoryLimit") ?? FailedHistory);
    }

    public void Delete(IEnumerable<CronJobRun> runs)
    {
        foreach (CronJobRun run in runs)
        {
            if (ObjectDeletion.Delete(run.Stored, ImmediateDeletion.Instance, null, view.Now, Propagation.Background) is { } deletion)
            {
                _mutations.Add(deletion);
                _deleted.Add(run.Stored.Uid);
                Tell("SuccessfulDelete", $"Deleted job {run.Stored.Key.Name}");
            }
        }
    }

    public ReconcilePlan Finish() => Finish(AdmittedObjects.None, null);

    public ReconcilePlan Finish(AdmittedObjects admitted, DateTimeOffset? due)
    {
        JsonNode[] active =
        [
            .. view.Runs.Where(r => !r.HasEnded && !_deleted.Contains(r.Stored.Uid)).Select(r => Reference(r.Stored.Key.Namespace, r.Stored.Key.Name, r.Stored.Uid)),
            .. admitted.Objects.Select(o => Reference(o.Key.Namespace, o.Key.Name, o.Uid)),
        ];
        view.Status.Remove("active");
        if (active.Length > 0)
        {
            view.Status["active"] = new JsonArray(active);
        }

        foreach (CreateObject created in admitted.Objects)
        {
            view.Status["lastScheduleTime"] = Timestamps.Seconds(due!.Value);
            Tell("SuccessfulCreate", $"Created job {created.Key.Name}");
        }

        if (admitted.Refusal is { } refusal)
        {
            Tell("FailedCreate", $"Error creating job: {refusal}", isWarning: true);
        }

        bool acts = _mutations.Count > 0 || admitted.Objects.Count > 0;
        return new ReconcilePlan
        {
            Anchor = acts || !JsonNode.DeepEquals(_before, view.Status) ? StoredJson.Replace(view.Stored, view.Json) : null,
            Mutations = _mutations,
            Events = _events,
            LookAgainAfter = _again,
        };
    }

    private void Keep(IEnumerable<CronJobRun> ended, long limit) =>
        Delete(ended.OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Stored.Key.Name, StringComparer.Ordinal).Skip((int)Math.Clamp(limit, 0, int.MaxValue)));

    private static JsonObject Reference(string ns, string name, string uid) =>
        new() { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["name"] = name, ["namespace"] = ns, ["uid"] = uid };
}
