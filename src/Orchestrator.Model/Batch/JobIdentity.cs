using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Batch;

/// <summary>The labels by which a Job knows its pods, and the annotation and finalizer that its controller puts on them.</summary>
public static class JobIdentity
{
    public const string ControllerUidLabel = "batch.kubernetes.io/controller-uid";
    public const string JobNameLabel = "batch.kubernetes.io/job-name";
    public const string IndexAnnotation = "batch.kubernetes.io/job-completion-index";

    /// <summary>Holds an ended pod until it has been counted.</summary>
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";

    private const string OldControllerUidLabel = "controller-uid";
    private const string OldJobNameLabel = "job-name";

    /// <summary>
    /// Gives a new Job, which has a uid, its selector and its template the labels for it, unless its writer selects by hand (Kubernetes' generateSelector).
    /// </summary>
    public static void Give(JsonObject job)
    {
        JsonObject? metadata = job.Child("metadata");
        if (job.Child("spec") is not { } spec || spec.Flag("manualSelector") == true || metadata.Text("uid") is not { } uid)
        {
            return;
        }

        if (spec.ObjectOrNew("template")?.ObjectOrNew("metadata")?.ObjectOrNew("labels") is { } labels)
        {
            string name = metadata.Text("name") ?? "";
            labels.Default(OldControllerUidLabel, uid);
            labels.Default(OldJobNameLabel, name);
            labels.Default(ControllerUidLabel, uid);
            labels.Default(JobNameLabel, name);
        }

        if (spec.ObjectOrNew("selector")?.ObjectOrNew("matchLabels") is { } selected)
        {
            selected.Default(ControllerUidLabel, uid);
        }
    }
}
