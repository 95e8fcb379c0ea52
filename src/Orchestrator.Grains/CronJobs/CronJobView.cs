using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.CronJobs;

/// <summary>A Job that a CronJob made.</summary>
internal sealed class CronJobRun
{
    public CronJobRun(StoredObject stored)
    {
        Stored = stored;
        JsonObject? status = StoredJson.Read(stored).Child("status");
        foreach ((JsonObject condition, _) in status.Items("conditions"))
        {
            if (condition.Text("status") == "True")
            {
                HasSucceeded |= condition.Text("type") == "Complete";
                HasFailed |= condition.Text("type") == "Failed";
            }
        }

        StartedAt = status.Time("startTime");
        CompletedAt = status.Time("completionTime");
    }

    public StoredObject Stored { get; }

    public bool HasSucceeded { get; }

    public bool HasFailed { get; }

    public bool HasEnded => HasSucceeded || HasFailed;

    public DateTimeOffset? StartedAt { get; }

    public DateTimeOffset? CompletedAt { get; }
}

/// <summary>What the plan of a CronJob is made from.</summary>
/// <param name="Stored">The CronJob.</param>
/// <param name="Json">The same, parsed; the plan alters it.</param>
/// <param name="Runs">The Jobs that it controls.</param>
/// <param name="MayCreate">False while a refused creation is not to be tried again yet.</param>
/// <param name="Now">The time.</param>
internal sealed record CronJobView(StoredObject Stored, JsonObject Json, IReadOnlyList<CronJobRun> Runs, bool MayCreate, DateTimeOffset Now)
{
    public JsonObject Spec { get; } = Json.ObjectOrNew("spec")!;

    public JsonObject Status { get; } = Json.ObjectOrNew("status")!;
}
