using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.VirtualMachines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of virtual machines, as KubeVirt's users know them.</summary>
internal static class VirtualMachineKinds
{
    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        VirtualMachine(),
        Instance(),
        ReplicaSet(),
        SubresourcesOf(VirtualMachine()),
        SubresourcesOf(Instance()),
        Named("VirtualMachineInstancetype", typeof(V1beta1VirtualMachineInstancetype), ["vminstancetype", "vminstancetypes", "vmf", "vmfs"], isNamespaced: true, new InstancetypeRules()),
        Named("VirtualMachineClusterInstancetype", typeof(V1beta1VirtualMachineClusterInstancetype), ["vmclusterinstancetype", "vmclusterinstancetypes", "vmcf", "vmcfs"], isNamespaced: false, new InstancetypeRules()),
        Named("VirtualMachinePreference", typeof(V1beta1VirtualMachinePreference), ["vmpref", "vmprefs", "vmp", "vmps"], isNamespaced: true, new PreferenceRules()),
        Named("VirtualMachineClusterPreference", typeof(V1beta1VirtualMachineClusterPreference), ["vmcp", "vmcps"], isNamespaced: false, new PreferenceRules()),
    ];

    private static ResourceKind VirtualMachine() => new()
    {
        Group = VirtualMachineGroups.KubeVirt,
        Version = "v1",
        Kind = "VirtualMachine",
        Plural = "virtualmachines",
        Namespaced = true,
        ClrType = typeof(V1VirtualMachine),
        ShortNames = ["vm", "vms"],
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
        Columns =
        [
            Column.Age(),
            Column.Text("Status", "What it is doing.", o => o.Child("status").Text("printableStatus")),
            Column.Text("Ready", "Whether its instance runs and is ready.", o => Condition(o, "Ready")),
        ],
        Rules = new VirtualMachineRules(),
    };

    private static ResourceKind Instance() => new()
    {
        Group = VirtualMachineGroups.KubeVirt,
        Version = "v1",
        Kind = "VirtualMachineInstance",
        Plural = "virtualmachineinstances",
        Namespaced = true,
        ClrType = typeof(V1VirtualMachineInstance),
        ShortNames = ["vmi", "vmis"],
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
        SelectableFields = ["status.nodeName", "status.phase"],
        Columns =
        [
            Column.Age(),
            Column.Text("Phase", "How far it is in its life.", o => o.Child("status").Text("phase")),
            Column.Text("IP", "Address of its first interface.", o => o.Child("status").Items("interfaces").Select(i => i.Item.Text("ipAddress")).FirstOrDefault()),
            Column.Text("NodeName", "Node that it runs on.", o => o.Child("status").Text("nodeName")),
            Column.Text("Ready", "Whether it runs and is ready.", o => Condition(o, "Ready")),
            Column.Text("Live-Migratable", "Whether it can be moved while it runs.", o => Condition(o, "LiveMigratable"), Column.Wide),
            Column.Text("Paused", "Whether its processors are stopped.", o => Condition(o, "Paused"), Column.Wide),
        ],
        Rules = new VirtualMachineInstanceRules(),
    };

    private static ResourceKind ReplicaSet() => new()
    {
        Group = VirtualMachineGroups.KubeVirt,
        Version = "v1",
        Kind = "VirtualMachineInstanceReplicaSet",
        Plural = "virtualmachineinstancereplicasets",
        Namespaced = true,
        ClrType = typeof(V1VirtualMachineInstanceReplicaSet),
        ShortNames = ["vmirs", "vmirss"],
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
        Scale = new ScalePaths("spec.replicas", "status.replicas", "status.labelSelector"),
        Columns =
        [
            Column.Number("Desired", "Wanted machines.", o => o.Child("spec").Integer("replicas")),
            Column.Number("Current", "Machines that have not ended.", o => o.Child("status").Integer("replicas")),
            Column.Number("Ready", "Machines that are ready.", o => o.Child("status").Integer("readyReplicas")),
            Column.Age(),
        ],
        Rules = new InstanceReplicaSetRules(),
    };

    /// <summary>What VirtualMachines name to be sized and filled in.</summary>
    private static ResourceKind Named(string kind, Type type, string[] shortNames, bool isNamespaced, IKindRules rules) => new()
    {
        Group = VirtualMachineGroups.Instancetype,
        Version = "v1beta1",
        Kind = kind,
        Plural = kind.ToLowerInvariant() + "s",
        Namespaced = isNamespaced,
        ClrType = type,
        ShortNames = shortNames,
        HasGeneration = true,
        Rules = rules,
    };

    /// <summary>The same objects in the group where KubeVirt's clients look for start, stop, console and the like: nothing but subresources.</summary>
    private static ResourceKind SubresourcesOf(ResourceKind kind) => kind with
    {
        Group = VirtualMachineGroups.Subresources,
        StorageName = kind.QualifiedName,
        ShortNames = [],
        Categories = [],
        HasStatus = false,
        Verbs = [],
    };

    private static string? Condition(JsonObject obj, string type) =>
        obj.Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type).Text("status");
}
