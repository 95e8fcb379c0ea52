using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds that say how pods are placed and isolated, and the leases of those that run them.</summary>
internal static class SchedulingKinds
{
    public static ResourceKind RuntimeClass() => new()
    {
        Group = "node.k8s.io",
        Version = "v1",
        Kind = "RuntimeClass",
        Plural = "runtimeclasses",
        Namespaced = false,
        ClrType = typeof(V1RuntimeClass),
        Columns = [Column.Text("Handler", "What nodes must serve to run pods of the class.", o => o.Text("handler"))],
        Rules = new RuntimeClassRules(),
    };

    public static ResourceKind PriorityClass() => new()
    {
        Group = "scheduling.k8s.io",
        Version = "v1",
        Kind = "PriorityClass",
        Plural = "priorityclasses",
        Namespaced = false,
        ClrType = typeof(V1PriorityClass),
        ShortNames = ["pc"],
        Columns =
        [
            Column.Number("Value", "Higher is placed first.", o => o.Integer("value")),
            new TableColumn("Global-Default", "boolean", "Whether pods without a class get this one.", Column.Always, (o, _) => o.Flag("globalDefault") ?? false),
            Column.Age(),
            Column.Text("PreemptionPolicy", "Whether its pods may evict others.", o => o.Text("preemptionPolicy")),
        ],
        Rules = new PriorityClassRules(),
    };

    public static ResourceKind PodGroup() => new()
    {
        Group = "scheduling.k8s.io",
        Version = "v1alpha3",
        Kind = "PodGroup",
        Plural = "podgroups",
        Namespaced = true,
        ClrType = typeof(V1alpha3PodGroup),
        HasStatus = true,
        HasGeneration = true,
        Columns =
        [
            Column.Text("Policy", "Whether its pods are placed all at once, or each by itself.", o => o.Child("spec", "schedulingPolicy")?["gang"] is null ? "Basic" : "Gang"),
            Column.Number("Min-Count", "Least number of pods that are placed at once.", o => o.Child("spec", "schedulingPolicy").Child("gang").Integer("minCount")),
            Column.Age(),
        ],
        Rules = new PodGroupRules(),
    };

    public static ResourceKind Lease() => new()
    {
        Group = "coordination.k8s.io",
        Version = "v1",
        Kind = "Lease",
        Plural = "leases",
        Namespaced = true,
        ClrType = typeof(V1Lease),
        CreatesOnUpdate = true,
        Columns = [Column.Text("Holder", "Who holds it.", o => o.Child("spec").Text("holderIdentity"))],
        Rules = new LeaseRules(),
    };
}
