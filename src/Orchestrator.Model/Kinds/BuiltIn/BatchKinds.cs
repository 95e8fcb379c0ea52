using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Batch;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of <c>batch/v1</c>.</summary>
internal static class BatchKinds
{
    private const string Group = "batch";

    public static ResourceKind Job() => new()
    {
        Group = Group,
        Version = "v1",
        Kind = "Job",
        Plural = "jobs",
        Namespaced = true,
        ClrType = typeof(V1Job),
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
        SelectableFields = ["status.successful"],
        Columns =
        [
            Column.Text("Status", "How far it is.", Status),
            Column.Text("Completions", "Successful pods of those wanted.", Completions),
            Column.Timed("Duration", "Time from its start to its completion, or until now.", Duration),
            Column.Age(),
            .. Wide(o => o.Child("spec", "template"), o => o.Child("spec", "selector")),
        ],
        Rules = new JobRules(),
    };

    public static ResourceKind CronJob() => new()
    {
        Group = Group,
        Version = "v1",
        Kind = "CronJob",
        Plural = "cronjobs",
        Namespaced = true,
        ClrType = typeof(V1CronJob),
        ShortNames = ["cj"],
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
        Columns =
        [
            Column.Text("Schedule", "When jobs are made.", o => o.Child("spec").Text("schedule")),
            Column.Text("Timezone", "Time zone of the schedule.", o => o.Child("spec").Text("timeZone")),
            Column.Text("Suspend", "Whether it makes no jobs now.", o => o.Child("spec").Flag("suspend") switch { true => "True", false => "False", _ => "<unset>" }),
            Column.Number("Active", "Jobs that have not ended.", o => o.Child("status").Array("active")?.Count ?? 0),
            Column.Timed("Last Schedule", "Time since a job was last made.", LastSchedule),
            Column.Age(),
            .. Wide(o => o.Child("spec", "jobTemplate").Child("spec", "template"), o => o.Child("spec", "jobTemplate").Child("spec", "selector")),
        ],
        Rules = new CronJobRules(),
    };

    private static TableColumn[] Wide(Func<JsonObject, JsonObject?> template, Func<JsonObject, JsonObject?> selector) =>
    [
        Column.Text("Containers", "Names of the template's containers.", o => Containers(template(o), "name"), Column.Wide),
        Column.Text("Images", "Images of the template's containers.", o => Containers(template(o), "image"), Column.Wide),
        Column.Text("Selector", "What it selects its pods by.", o => SelectorText.Of(selector(o)), Column.Wide),
    ];

    private static string Containers(JsonObject? template, string member) =>
        string.Join(',', template.Child("spec").Items("containers").Select(c => c.Item.Text(member)));

    private static string Status(JsonObject job)
    {
        HashSet<string?> conditions = [.. job.Child("status").Items("conditions").Select(c => c.Item).Where(c => c.Text("status") == "True").Select(c => c.Text("type"))];
        return conditions.Contains("Complete") ? "Complete"
            : conditions.Contains("Failed") ? "Failed"
            : job.Child("metadata")?["deletionTimestamp"] is not null ? "Terminating"
            : conditions.Contains("Suspended") ? "Suspended"
            : conditions.Contains("FailureTarget") ? "FailureTarget"
            : conditions.Contains("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    private static string Completions(JsonObject job)
    {
        JsonObject? spec = job.Child("spec");
        long succeeded = job.Child("status").Integer("succeeded") ?? 0;
        return spec.Integer("completions") is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"{succeeded}/{wanted}")
            : spec.Integer("parallelism") is { } parallelism and > 1 ? string.Create(CultureInfo.InvariantCulture, $"{succeeded}/1 of {parallelism}")
            : string.Create(CultureInfo.InvariantCulture, $"{succeeded}/1");
    }

    private static string? Duration(JsonObject job, TimeProvider time)
    {
        JsonObject? status = job.Child("status");
        return status.Time("startTime") is { } start
            ? HumanDuration.Format((status.Time("completionTime") ?? time.GetUtcNow()) - start)
            : null;
    }

    private static string? LastSchedule(JsonObject cronJob, TimeProvider time) =>
        cronJob.Child("status").Time("lastScheduleTime") is { } last ? HumanDuration.Since(last, time) : null;
}
