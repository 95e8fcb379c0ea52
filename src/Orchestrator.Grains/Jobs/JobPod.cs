using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>What the Job controller looks at of a pod. Each version of a pod is read once, however often its Job is looked at.</summary>
internal sealed class JobPod
{
    public const string FailureCountAnnotation = "batch.kubernetes.io/job-index-failure-count";
    public const string IgnoredCountAnnotation = "batch.kubernetes.io/job-index-ignored-failure-count";

    private static readonly ConditionalWeakTable<StoredObject, JobPod> Known = [];

    private JobPod(StoredObject stored)
    {
        Stored = stored;
        JsonObject pod = StoredJson.Read(stored);
        JsonObject? metadata = pod.Child("metadata");
        Status = pod.Child("status") ?? [];
        Phase = Status.Text("phase") ?? "";
        CreatedAt = metadata.Time("creationTimestamp");
        HasFinalizer = metadata.Texts("finalizers").Contains(JobIdentity.TrackingFinalizer);
        IsReady = Status.Items("conditions").Any(c => c.Item.Text("type") == "Ready" && c.Item.Text("status") == "True");
        Index = Number(metadata.Child("annotations").Text(JobIdentity.IndexAnnotation)) ?? -1;
        IndexFailures = Number(metadata.Child("annotations").Text(FailureCountAnnotation)) ?? 0;
        IgnoredFailures = Number(metadata.Child("annotations").Text(IgnoredCountAnnotation)) ?? 0;
        Restarts = ((string[])["initContainerStatuses", "containerStatuses"]).SelectMany(list => Status.Items(list)).Sum(c => c.Item.Integer("restartCount") ?? 0);
        EndedAt = Ended() ?? metadata.Time("deletionTimestamp") ?? CreatedAt;
    }

    public StoredObject Stored { get; }

    public JsonObject Status { get; }

    public string Phase { get; }

    public DateTimeOffset? CreatedAt { get; }

    /// <summary>When its last container ended; where none did, when it was to be deleted, or was made.</summary>
    public DateTimeOffset? EndedAt { get; }

    /// <summary>True until it has been counted.</summary>
    public bool HasFinalizer { get; }

    public bool IsReady { get; }

    /// <summary>Completion index; -1 where it has none.</summary>
    public int Index { get; }

    /// <summary>Failures of its index before it.</summary>
    public int IndexFailures { get; }

    public int IgnoredFailures { get; }

    public long Restarts { get; }

    public bool IsTerminating => Stored.IsTerminating;

    public bool HasSucceeded => Phase == "Succeeded";

    public bool HasEnded => Phase is "Succeeded" or "Failed";

    public bool IsActive => !HasEnded && !IsTerminating;

    public static JobPod Of(StoredObject stored) => Known.GetValue(stored, static s => new JobPod(s));

    /// <summary>Whether it counts as failed: where failed pods alone are replaced, only once it has ended so.</summary>
    public bool HasFailed(bool onlyReplacesFailed) => Phase == "Failed" || (!onlyReplacesFailed && IsTerminating && !HasSucceeded);

    private DateTimeOffset? Ended()
    {
        DateTimeOffset? latest = null;
        foreach ((JsonObject container, _) in Status.Items("containerStatuses"))
        {
            if (container.Child("state", "terminated").Time("finishedAt") is { } ended && (latest is null || ended > latest))
            {
                latest = ended;
            }
        }

        return latest;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
