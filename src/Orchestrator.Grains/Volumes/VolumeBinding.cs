using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Volumes;

/// <summary>The two writes by which a claim and a volume become each other's (kube-controller-manager's <c>pv_controller</c>).</summary>
internal static class VolumeBinding
{
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";
    private const string BoundByController = "pv.kubernetes.io/bound-by-controller";

    public static JsonObject Reference(ClaimFacts claim) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "PersistentVolumeClaim",
        ["namespace"] = claim.Namespace,
        ["name"] = claim.Name,
        ["uid"] = claim.Uid,
    };

    /// <summary>The volume's part; null where it says so already.</summary>
    public static UpdateObject? OfVolume(StoredObject stored, ClaimFacts claim, DateTimeOffset now)
    {
        JsonObject volume = StoredJson.Read(stored);
        var before = (JsonObject)volume.DeepClone();
        JsonObject spec = volume.ObjectOrNew("spec")!;
        if (spec.Child("claimRef").Text("uid") != claim.Uid)
        {
            if (spec["claimRef"] is null)
            {
                volume.ObjectOrNew("metadata")!.ObjectOrNew("annotations")![BoundByController] = "yes";
            }

            spec["claimRef"] = Reference(claim);
        }

        SetPhase(volume, "Bound", now);
        return JsonNode.DeepEquals(before, volume) ? null : StoredJson.Replace(stored, volume);
    }

    /// <summary>The claim's part; null where it says so already.</summary>
    public static UpdateObject? OfClaim(StoredObject stored, StoredObject volume)
    {
        JsonObject claim = StoredJson.Read(stored), spec = claim.ObjectOrNew("spec")!;
        JsonObject? of = StoredJson.Read(volume).Child("spec");
        var before = (JsonObject)claim.DeepClone();
        JsonObject annotations = claim.ObjectOrNew("metadata")!.ObjectOrNew("annotations")!;
        if (spec.Text("volumeName") is null or "")
        {
            spec["volumeName"] = volume.Key.Name;
            annotations[BoundByController] = "yes";
        }

        annotations[BindCompleted] = "yes";
        JsonObject status = claim.ObjectOrNew("status")!;
        status["phase"] = "Bound";
        status["accessModes"] = of?["accessModes"]?.DeepClone();
        status["capacity"] = of?["capacity"]?.DeepClone();
        return JsonNode.DeepEquals(before, claim) ? null : StoredJson.Replace(stored, claim);
    }

    /// <summary>Sets a volume's phase; false where it is that already.</summary>
    public static bool SetPhase(JsonObject volume, string phase, DateTimeOffset now, string? message = null)
    {
        JsonObject status = volume.ObjectOrNew("status")!;
        if (status.Text("phase") == phase && status.Text("message") == message)
        {
            return false;
        }

        status["phase"] = phase;
        status["lastPhaseTransitionTime"] = Timestamps.Seconds(now);
        status.Remove("message");
        if (message is not null)
        {
            status["message"] = message;
        }

        return true;
    }
}
