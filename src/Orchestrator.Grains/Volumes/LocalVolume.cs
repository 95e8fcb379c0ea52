using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Scheduling.Volumes;

namespace Orchestrator.Grains.Volumes;

/// <summary>
/// Volumes of the class's provisioner <c>orchestrator.io/local</c>: a directory on the node that was chosen for the claim's first pod. The node's agent makes the
/// directory when it is mounted first, and takes it away, and then its finalizer off, once the volume is deleted.
/// </summary>
internal static class LocalVolume
{
    public const string ProvisionedBy = LocalVolumes.ProvisionedByAnnotation;

    /// <summary>Of the node's agent: the volume stays until its directory is gone.</summary>
    public const string Finalizer = LocalVolumes.Finalizer;

    /// <summary>Annotation of a Node: the directory below which it keeps local volumes. A class may name one by its parameter <c>path</c>.</summary>
    public const string DirectoryAnnotation = LocalVolumes.DirectoryAnnotation;

    private const string DefaultDirectory = "/var/lib/orchestrator/volumes";

    /// <summary>Why the claim cannot have such a volume; null where it can.</summary>
    public static string? Refusal(ClaimFacts claim) =>
        claim.SelectedNode.Length == 0 ? $"the class of a {ClassFacts.LocalProvisioner} volume must have volumeBindingMode WaitForFirstConsumer: no node is known for the volume"
        : claim.VolumeMode == "Block" ? $"{ClassFacts.LocalProvisioner} makes no volumes of volumeMode Block"
        : claim.Selector is not null ? "claim.spec.selector is not supported for volumes that are made for a claim"
        : claim.AccessModes.FirstOrDefault(m => m is not ("ReadWriteOnce" or "ReadWriteOncePod")) is { } mode ? $"{ClassFacts.LocalProvisioner} makes volumes of one node: accessModes {mode} is not supported"
        : null;

    public static JsonObject Body(ClaimFacts claim, JsonObject claimJson, JsonObject storageClass, JsonObject? node)
    {
        string name = $"pvc-{claim.Uid}";
        string directory = node.Child("metadata", "annotations").Text(DirectoryAnnotation) ?? storageClass.Child("parameters").Text("path") ?? DefaultDirectory;
        string host = node.Child("metadata", "labels").Text("kubernetes.io/hostname") ?? claim.SelectedNode;
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["annotations"] = new JsonObject { [ProvisionedBy] = ClassFacts.LocalProvisioner },
                ["finalizers"] = new JsonArray(Finalizer),
            },
            ["spec"] = new JsonObject
            {
                ["capacity"] = new JsonObject { ["storage"] = claimJson.Child("spec", "resources").Child("requests")?["storage"]?.DeepClone() ?? claim.RequestBytes.ToString(CultureInfo.InvariantCulture) },
                ["accessModes"] = claimJson.Child("spec")?["accessModes"]?.DeepClone(),
                ["claimRef"] = VolumeBinding.Reference(claim),
                ["local"] = new JsonObject { ["path"] = $"{directory.TrimEnd('/')}/{name}" },
                ["nodeAffinity"] = new JsonObject
                {
                    ["required"] = new JsonObject
                    {
                        ["nodeSelectorTerms"] = new JsonArray(new JsonObject
                        {
                            ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "kubernetes.io/hostname", ["operator"] = "In", ["values"] = new JsonArray(host) }),
                        }),
                    },
                },
                ["persistentVolumeReclaimPolicy"] = storageClass.Text("reclaimPolicy") ?? "Delete",
                ["storageClassName"] = claim.ClassName,
                ["volumeMode"] = "Filesystem",
            },
        };
    }
}
