using System.Text.Json.Nodes;
using Orchestrator.Model.Hypervisors;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

internal static class HypervisorKind
{
    public static ResourceKind Create() => new()
    {
        Group = WellKnown.Group,
        Version = "v1",
        Kind = "Hypervisor",
        Plural = "hypervisors",
        Namespaced = false,
        ClrType = typeof(V1Hypervisor),
        ShortNames = ["hv"],
        HasStatus = true,
        HasGeneration = true,
        SelectableFields = ["spec.nodeName", "spec.technology", "spec.class"],
        Columns =
        [
            Column.Text("Node", "Node it is on.", o => o.Child("spec").Text("nodeName")),
            Column.Text("Technology", "containerd, qemu, kvm, ...", o => o.Child("spec").Text("technology")),
            Column.Text("Class", "Class of virtualization.", o => o.Child("spec").Text("class")),
            Column.Text("Type", "Type1, Type2 or None.", o => o.Child("spec").Text("type")),
            Column.Text("Version", "Version of the technology.", o => o.Child("status").Text("version")),
            Column.Text("Handlers", "Runtime handlers it serves now.", o => List(o, "runtimeHandlers")),
            Column.Number("Workloads", "Workloads that run on it now.", o => o.Child("status").Integer("workloads")),
            Column.Text("Ready", "Whether it can start workloads.", o => Ready(o).Text("status") ?? "Unknown"),
            Column.Age(),
            Column.Text("Reason", "Why it is ready or not.", o => Ready(o).Text("reason"), Column.Wide),
            Column.Text("Capabilities", "What it can do.", o => List(o, "capabilities"), Column.Wide),
        ],
        Rules = new HypervisorRules(),
    };

    private static string List(JsonObject hypervisor, string field) => string.Join(',', hypervisor.Child("status").Texts(field));

    private static JsonObject? Ready(JsonObject hypervisor) =>
        hypervisor.Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == "Ready");
}
