using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.VirtualMachines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of virtual machines, as KubeVirt's users know them.</summary>
internal static class VirtualMachineKinds
{
    public static IReadOnlyList<ResourceKind> All { get; } = [VirtualMachine(), Instance(), SubresourcesOf(VirtualMachine()), SubresourcesOf(Instance())];

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
