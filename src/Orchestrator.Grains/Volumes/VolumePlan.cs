using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Volumes;

/// <summary>
/// What a volume is while its claim comes and goes: available, bound, released, and then kept, or deleted by whoever made it (kube-controller-manager's
/// <c>pv_controller</c> and <c>pv-protection-controller</c>). Pure.
/// </summary>
internal static class VolumePlan
{
    public const string ProtectionFinalizer = "kubernetes.io/pv-protection";

    /// <param name="stored">The volume.</param>
    /// <param name="claim">The claim that it is kept for, by name; null where there is none.</param>
    /// <param name="hasNode">Whether a node that can reach it exists.</param>
    /// <param name="now">The time.</param>
    public static ReconcilePlan Plan(StoredObject stored, StoredObject? claim, Func<bool> hasNode, DateTimeOffset now)
    {
        VolumeFacts volume = StoredVolumes.Volume(stored);
        ClaimFacts? owner = claim is null ? null : StoredVolumes.Claim(claim);
        bool isClaimed = owner is not null && volume.IsKeptFor(owner) && (owner.VolumeName == volume.Name || owner.VolumeName.Length == 0);
        if (stored.IsTerminating)
        {
            return End(stored, isClaimed, hasNode);
        }

        if (volume.ClaimUid.Length == 0)
        {
            return Phase(stored, "Available", now);
        }

        return !isClaimed ? Release(stored, now)
            : owner!.VolumeName.Length > 0 ? Phase(stored, "Bound", now)
            : ReconcilePlan.Nothing;
    }

    private static ReconcilePlan End(StoredObject stored, bool isClaimed, Func<bool> hasNode)
    {
        IReadOnlyList<string> finalizers = Finalizers.Of(stored);
        return !isClaimed && finalizers.Contains(ProtectionFinalizer) ? Removal(stored, ProtectionFinalizer)

            // Nobody is left who could take the directory away, nor a directory.
            : finalizers.Contains(LocalVolume.Finalizer) && !isClaimed && !hasNode() ? Removal(stored, LocalVolume.Finalizer)
            : ReconcilePlan.Nothing;
    }

    private static ReconcilePlan Removal(StoredObject stored, string finalizer) =>
        new() { Mutations = [Finalizers.Remove(stored, finalizer, ImmediateDeletion.Instance)] };

    private static ReconcilePlan Release(StoredObject stored, DateTimeOffset now)
    {
        JsonObject json = StoredJson.Read(stored);
        string? provisioner = json.Child("metadata", "annotations").Text(LocalVolume.ProvisionedBy);
        string message = "";
        switch (json.Child("spec").Text("persistentVolumeReclaimPolicy"))
        {
            case "Delete" when provisioner == ClassFacts.LocalProvisioner:
                VolumeBinding.SetPhase(json, "Released", now);
                return ObjectEnding.Begin(json, ImmediateDeletion.Instance, null, Propagation.Unsaid, now) == EndingStep.Remove
                    ? new ReconcilePlan { Mutations = [new DeleteObject(stored.Key, stored.Revision)] }
                    : new ReconcilePlan { Mutations = [StoredJson.Replace(stored, json)], LookAgainAfter = TimeSpan.Zero };
            case "Delete" when provisioner is null or "":
                message = "error getting deleter volume plugin for volume: no deletable volume plugin matched";
                break;
            case "Recycle":
                message = "volumes are not recycled: persistentVolumeReclaimPolicy Recycle is not supported";
                break;
        }

        // Those of other provisioners are deleted by them, when they see this.
        return message.Length == 0
            ? Phase(stored, "Released", now)
            : Phase(stored, "Failed", now, message) with { Events = [new ObservedEvent("v1", "PersistentVolume", "", stored.Key.Name, stored.Uid, true, "VolumeFailedDelete", message, "persistentvolume-controller")] };
    }

    private static ReconcilePlan Phase(StoredObject stored, string phase, DateTimeOffset now, string? message = null)
    {
        JsonObject json = StoredJson.Read(stored);
        return VolumeBinding.SetPhase(json, phase, now, message) ? new ReconcilePlan { Mutations = [StoredJson.Replace(stored, json)] } : ReconcilePlan.Nothing;
    }
}
