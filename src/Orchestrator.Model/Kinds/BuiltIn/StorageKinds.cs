using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Storage;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Volumes, claims to them, and the kinds of <c>storage.k8s.io</c>. The server binds claims, and makes local volumes itself; others are made by the provisioners and drivers that a cluster brings.</summary>
internal static class StorageKinds
{
    private const string Group = "storage.k8s.io";

    public static IReadOnlyList<ResourceKind> All => [PersistentVolume(), PersistentVolumeClaim(), StorageClass(), CsiDriver(), CsiNode(), VolumeAttachment()];

    private static ResourceKind PersistentVolume() => New("", "PersistentVolume", "persistentvolumes", typeof(V1PersistentVolume)) with
    {
        ShortNames = ["pv"],
        HasStatus = true,
        Columns =
        [
            Column.Text("Capacity", "Its size.", o => o.Child("spec", "capacity").Text("storage")),
            Column.Text("Access Modes", "How it may be mounted.", o => AccessModes.Short(o.Child("spec"))),
            Column.Text("Reclaim Policy", "What becomes of it when its claim goes.", o => o.Child("spec").Text("persistentVolumeReclaimPolicy")),
            Column.Text("Status", "Whether it is bound.", Phase),
            new TableColumn("Claim", "string", "What it is bound to.", Column.Always, (o, _) => Claim(o)),
            new TableColumn("StorageClass", "string", "Its class.", Column.Always, (o, _) => o.Child("spec").Text("storageClassName") ?? ""),
            Column.Text("VolumeAttributesClass", "Class of its attributes.", o => o.Child("spec").Text("volumeAttributesClassName") ?? "<unset>"),
            new TableColumn("Reason", "string", "Why it is in its state.", Column.Always, (o, _) => o.Child("status").Text("reason") ?? ""),
            Column.Age(),
            Column.Text("VolumeMode", "Filesystem or Block.", o => o.Child("spec").Text("volumeMode") ?? "<unset>", Column.Wide),
        ],
        Rules = new PersistentVolumeRules(),
    };

    private static ResourceKind PersistentVolumeClaim() => New("", "PersistentVolumeClaim", "persistentvolumeclaims", typeof(V1PersistentVolumeClaim)) with
    {
        Namespaced = true,
        ShortNames = ["pvc"],
        HasStatus = true,
        Columns =
        [
            Column.Text("Status", "Whether it is bound.", Phase),
            new TableColumn("Volume", "string", "The volume it is bound to.", Column.Always, (o, _) => o.Child("spec").Text("volumeName") ?? ""),
            new TableColumn("Capacity", "string", "Size of the volume.", Column.Always, (o, _) => IsBound(o) ? o.Child("status", "capacity").Text("storage") ?? "" : ""),
            new TableColumn("Access Modes", "string", "How it may be mounted.", Column.Always, (o, _) => IsBound(o) ? AccessModes.Short(o.Child("status")) : ""),
            new TableColumn("StorageClass", "string", "Its class.", Column.Always, (o, _) => o.Child("spec").Text("storageClassName") ?? ""),
            Column.Text("VolumeAttributesClass", "Class of its attributes.", o => o.Child("spec").Text("volumeAttributesClassName") ?? "<unset>"),
            Column.Age(),
            Column.Text("VolumeMode", "Filesystem or Block.", o => o.Child("spec").Text("volumeMode") ?? "<unset>", Column.Wide),
        ],
        Rules = new PersistentVolumeClaimRules(),
    };

    private static ResourceKind StorageClass() => New(Group, "StorageClass", "storageclasses", typeof(V1StorageClass)) with
    {
        ShortNames = ["sc"],
        Columns =
        [
            Column.Text("Name", "Its name, and whether it is the default.", o => o.Child("metadata").Text("name") + (StorageClassRules.IsDefault(o) ? " (default)" : "")),
            Column.Text("Provisioner", "Who makes its volumes.", o => o.Text("provisioner")),
            Column.Text("ReclaimPolicy", "What becomes of its volumes when their claims go.", o => o.Text("reclaimPolicy")),
            Column.Text("VolumeBindingMode", "When claims are bound.", o => o.Text("volumeBindingMode")),
            Flag("AllowVolumeExpansion", "Whether claims may grow.", o => o.Flag("allowVolumeExpansion")),
            Column.Age(),
        ],
        Rules = new StorageClassRules(),
    };

    private static ResourceKind CsiDriver() => New(Group, "CSIDriver", "csidrivers", typeof(V1CSIDriver)) with
    {
        Columns =
        [
            Flag("AttachRequired", "Whether volumes are attached before they are mounted.", o => o.Child("spec").Flag("attachRequired") ?? true),
            Flag("PodInfoOnMount", "Whether the driver is told of the pod.", o => o.Child("spec").Flag("podInfoOnMount")),
            Flag("StorageCapacity", "Whether the driver says what it has left.", o => o.Child("spec").Flag("storageCapacity")),
            Column.Text("TokenRequests", "Audiences of the tokens it gets.", o => o.Child("spec").Array("tokenRequests") is null ? "<unset>" : string.Join(',', o.Child("spec").Items("tokenRequests").Select(t => t.Item.Text("audience")))),
            Flag("RequiresRepublish", "Whether volumes are published again and again.", o => o.Child("spec").Flag("requiresRepublish")),
            Column.Text("Modes", "Kinds of volumes it serves.", o => string.Join(',', o.Child("spec").Texts("volumeLifecycleModes"))),
            Column.Age(),
        ],
        Rules = new CsiDriverRules(),
    };

    private static ResourceKind CsiNode() => New(Group, "CSINode", "csinodes", typeof(V1CSINode)) with
    {
        Columns = [Column.Number("Drivers", "Drivers on the node.", o => o.Child("spec").Array("drivers")?.Count ?? 0), Column.Age()],
        Rules = new CsiNodeRules(),
    };

    private static ResourceKind VolumeAttachment() => New(Group, "VolumeAttachment", "volumeattachments", typeof(V1VolumeAttachment)) with
    {
        HasStatus = true,
        Columns =
        [
            Column.Text("Attacher", "Who attaches it.", o => o.Child("spec").Text("attacher")),
            Column.Text("PV", "The volume.", o => o.Child("spec", "source").Text("persistentVolumeName")),
            Column.Text("Node", "Where it is attached.", o => o.Child("spec").Text("nodeName")),
            Flag("Attached", "Whether it is.", o => o.Child("status").Flag("attached")),
            Column.Age(),
        ],
        Rules = new VolumeAttachmentRules(),
    };

    private static ResourceKind New(string group, string kind, string plural, Type type) => new()
    {
        Group = group,
        Version = "v1",
        Kind = kind,
        Plural = plural,
        Namespaced = false,
        ClrType = type,
    };

    private static TableColumn Flag(string name, string description, Func<JsonObject, bool?> value) =>
        new(name, "boolean", description, Column.Always, (o, _) => value(o) ?? false);

    private static string? Phase(JsonObject obj) =>
        obj.Child("metadata").Text("deletionTimestamp") is { Length: > 0 } ? "Terminating" : obj.Child("status").Text("phase");

    private static bool IsBound(JsonObject claim) => claim.Child("spec").Text("volumeName") is { Length: > 0 };

    private static string Claim(JsonObject volume) =>
        volume.Child("spec", "claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : "";
}
