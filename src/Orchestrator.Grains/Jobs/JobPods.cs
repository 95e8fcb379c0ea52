using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>Pods of Jobs as they are made and dismissed.</summary>
internal static class JobPods
{
    private const string IndexVariable = "JOB_COMPLETION_INDEX";

    /// <summary>A pod that is not stored yet.</summary>
    /// <param name="view">The Job.</param>
    /// <param name="index">Its completion index; null where the Job has none.</param>
    /// <param name="before">How often its index has failed, and was ignored; only where the Job has a limit per index.</param>
    public static JsonObject New(JobView view, int? index, (int Failures, int Ignored)? before)
    {
        JsonObject pod = PodTemplate.Pod(ControllerKind.Job, view.Stored, view.Spec.Child("template"));
        JsonObject metadata = pod.Child("metadata")!;
        JsonArray finalizers = metadata.Array("finalizers") ?? [];
        finalizers.Add((JsonNode?)JobIdentity.TrackingFinalizer);
        metadata["finalizers"] = finalizers;
        if (index is { } number)
        {
            GiveIndex(pod, view, number.ToString(CultureInfo.InvariantCulture));
        }

        if (before is { } failures)
        {
            JsonObject annotations = metadata.ObjectOrNew("annotations")!;
            annotations[JobPod.FailureCountAnnotation] = failures.Failures.ToString(CultureInfo.InvariantCulture);
            if (failures.Ignored > 0)
            {
                annotations[JobPod.IgnoredCountAnnotation] = failures.Ignored.ToString(CultureInfo.InvariantCulture);
            }
        }

        return pod;
    }

    /// <summary>Ends a pod that is not to be counted: deletion and the end of its tracking are one write. Null where nothing more can be done.</summary>
    public static Mutation? Dismiss(JobPod pod, DateTimeOffset now)
    {
        JsonObject obj = StoredJson.Read(pod.Stored);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        JsonNode[] left = [.. metadata.Texts("finalizers").Where(f => f != JobIdentity.TrackingFinalizer).Select(f => (JsonNode)JsonValue.Create(f))];
        metadata.Remove("finalizers");
        if (left.Length > 0)
        {
            metadata["finalizers"] = new JsonArray(left);
        }

        return ObjectEnding.Begin(obj, PodDeletion.Instance, null, Propagation.Unsaid, now) switch
        {
            EndingStep.Remove => new DeleteObject(pod.Stored.Key, pod.Stored.Revision),
            EndingStep.Mark => StoredJson.Replace(pod.Stored, obj),
            _ => null,
        };
    }

    private static void GiveIndex(JsonObject pod, JobView view, string index)
    {
        JsonObject metadata = pod.Child("metadata")!;
        metadata["generateName"] = $"{view.Stored.Key.Name}-{index}-";
        metadata.ObjectOrNew("annotations")![JobIdentity.IndexAnnotation] = index;
        metadata.ObjectOrNew("labels")![JobIdentity.IndexAnnotation] = index;
        JsonObject spec = pod.Child("spec")!;
        spec["hostname"] = $"{view.Stored.Key.Name}-{index}";
        foreach (string list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach ((JsonObject container, _) in spec.Items(list))
            {
                JsonArray variables = container.Array("env") ?? [];
                container["env"] = variables;
                if (!container.Items("env").Any(v => v.Item.Text("name") == IndexVariable))
                {
                    variables.Add((JsonNode)new JsonObject
                    {
                        ["name"] = IndexVariable,
                        ["valueFrom"] = new JsonObject
                        {
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = $"metadata.annotations['{JobIdentity.IndexAnnotation}']" },
                        },
                    });
                }
            }
        }
    }
}
