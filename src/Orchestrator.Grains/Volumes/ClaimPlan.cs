using System.Text.Json.Nodes;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Store;

namespace Orchestrator.Grains.Volumes;

/// <summary>What the plan of a claim is made from.</summary>
/// <param name="Stored">The claim.</param>
/// <param name="Class">Its StorageClass; null where there is none of the name.</param>
/// <param name="Volumes">All volumes.</param>
/// <param name="Find">A volume by its name.</param>
/// <param name="IsInUse">Whether a pod mounts the claim.</param>
/// <param name="Node">The Node that was selected for it.</param>
/// <param name="Now">The time.</param>
internal sealed record ClaimView(
    StoredObject Stored,
    StoredObject? Class,
    IEnumerable<(StoredObject Stored, VolumeFacts Facts)> Volumes,
    Func<string, StoredObject?> Find,
    Func<bool> IsInUse,
    JsonObject? Node,
    DateTimeOffset Now)
{
    public ClaimFacts Facts => StoredVolumes.Claim(Stored);
}

/// <summary>
/// Binds a claim to a volume that suits it, or has one made; keeps it, once deleted, while a pod mounts it (kube-controller-manager's
/// <c>pv_controller</c> and <c>pvc-protection-controller</c>). Pure.
/// </summary>
internal static class ClaimPlan
{
    public const string ProtectionFinalizer = "kubernetes.io/pvc-protection";
    private const string Component = "persistentvolume-controller";
    private const string StorageProvisioner = "volume.kubernetes.io/storage-provisioner";

    public static ReconcilePlan Plan(ClaimView view)
    {
        if (view.Stored.IsTerminating)
        {
            return Finalizers.Of(view.Stored).Contains(ProtectionFinalizer) && !view.IsInUse()
                ? new ReconcilePlan { Mutations = [Finalizers.Remove(view.Stored, ProtectionFinalizer, ImmediateDeletion.Instance)] }
                : ReconcilePlan.Nothing;
        }

        ClaimFacts claim = view.Facts;
        if (claim.VolumeName.Length > 0)
        {
            return Named(view, claim);
        }

        ClassFacts? storage = view.Class is { } stored ? StoredVolumes.Class(stored) : null;
        bool waits = storage?.WaitsForConsumer == true;
        List<(StoredObject Stored, VolumeFacts Facts)> suiting = [.. view.Volumes.Where(v => v.Facts.Suits(claim) && (!waits || v.Facts.Claim.Length > 0))];
        return VolumeFacts.Choose(claim, suiting.Select(v => v.Facts)) is { } chosen
            ? Bind(view, suiting.First(v => v.Facts == chosen).Stored)
            : Provision(view, claim, storage);
    }

    private static ReconcilePlan Named(ClaimView view, ClaimFacts claim)
    {
        bool wasBound = StoredJson.Read(view.Stored).Child("metadata", "annotations").Text(VolumeBinding.BindCompleted) is not null;
        if (view.Find(claim.VolumeName) is not { } volume)
        {
            return wasBound
                ? SetPhase(view, "Lost", Event(view, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!", isWarning: true))
                : SetPhase(view, "Pending");
        }

        VolumeFacts facts = StoredVolumes.Volume(volume);
        return facts.Claim.Length == 0 || facts.IsKeptFor(claim) ? Bind(view, volume)
            : wasBound ? SetPhase(view, "Lost", Event(view, "ClaimMisbound", $"Two claims are bound to the same volume, this one is bound incorrectly: {claim.VolumeName}", isWarning: true))
            : SetPhase(view, "Pending", Event(view, "FailedBinding", $"volume \"{claim.VolumeName}\" already bound to a different claim.", isWarning: true));
    }

    // The volume first: the claim's write needs it, so that no claim is bound to a volume that another one got meanwhile.
    private static ReconcilePlan Bind(ClaimView view, StoredObject volume)
    {
        UpdateObject? ofVolume = VolumeBinding.OfVolume(volume, view.Facts, view.Now);
        return VolumeBinding.OfClaim(view.Stored, volume) is { } ofClaim
            ? new ReconcilePlan { Anchor = ofVolume, Mutations = [ofClaim] }
            : new ReconcilePlan { Anchor = ofVolume };
    }

    private static ReconcilePlan Provision(ClaimView view, ClaimFacts claim, ClassFacts? storage)
    {
        if (storage is null)
        {
            return SetPhase(view, "Pending", claim.ClassName.Length == 0
                ? Event(view, "FailedBinding", "no persistent volumes available for this claim and no storage class is set")
                : Event(view, "ProvisioningFailed", $"storageclass.storage.k8s.io \"{claim.ClassName}\" not found", isWarning: true));
        }

        if (storage.WaitsForConsumer && claim.SelectedNode.Length == 0)
        {
            return SetPhase(view, "Pending", Event(view, "WaitForFirstConsumer", "waiting for first consumer to be created before binding"));
        }

        return storage.Provisioner switch
        {
            ClassFacts.NoProvisioner => SetPhase(view, "Pending", Event(view, "FailedBinding", "no persistent volumes available for this claim, and its class makes none", isWarning: true)),
            ClassFacts.LocalProvisioner => ProvisionLocally(view, claim),
            _ => LeaveToProvisioner(view, storage.Provisioner),
        };
    }

    private static ReconcilePlan ProvisionLocally(ClaimView view, ClaimFacts claim)
    {
        if (LocalVolume.Refusal(claim) is { } refusal)
        {
            return SetPhase(view, "Pending", Event(view, "ProvisioningFailed", refusal, isWarning: true));
        }

        JsonObject body = LocalVolume.Body(claim, StoredJson.Read(view.Stored), StoredJson.Read(view.Class!), view.Node);
        return new ReconcilePlan
        {
            Creations = new NewObjects(Resources.Volumes, "", "persistent-volume-binder", [body]),
            Conclude = admitted => admitted.Refusal is { } refused
                ? SetPhase(view, "Pending", Event(view, "ProvisioningFailed", $"failed to create the volume: {refused}", isWarning: true))
                : new ReconcilePlan
                {
                    Events = [Event(view, "ProvisioningSucceeded", $"Successfully provisioned volume pvc-{claim.Uid}")],
                    LookAgainAfter = TimeSpan.Zero,
                },
        };
    }

    private static ReconcilePlan LeaveToProvisioner(ClaimView view, string provisioner)
    {
        JsonObject claim = StoredJson.Read(view.Stored);
        JsonObject annotations = claim.ObjectOrNew("metadata")!.ObjectOrNew("annotations")!;
        if (annotations.Text(StorageProvisioner) == provisioner)
        {
            return ReconcilePlan.Nothing;
        }

        // External provisioners look for either.
        annotations[StorageProvisioner] = provisioner;
        annotations["volume.beta.kubernetes.io/storage-provisioner"] = provisioner;
        return new ReconcilePlan
        {
            Mutations = [StoredJson.Replace(view.Stored, claim)],
            Events = [Event(view, "ExternalProvisioning", $"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.")],
        };
    }

    private static ReconcilePlan SetPhase(ClaimView view, string phase, ObservedEvent? told = null)
    {
        JsonObject claim = StoredJson.Read(view.Stored), status = claim.ObjectOrNew("status")!;
        bool stands = status.Text("phase") == phase;
        status["phase"] = phase;
        return new ReconcilePlan { Mutations = stands ? [] : [StoredJson.Replace(view.Stored, claim)], Events = told is null ? [] : [told] };
    }

    private static ObservedEvent Event(ClaimView view, string reason, string message, bool isWarning = false) =>
        new("v1", "PersistentVolumeClaim", view.Stored.Key.Namespace, view.Stored.Key.Name, view.Stored.Uid, isWarning, reason, message, Component);
}
