using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>What nodes and pods use (<c>kubectl top</c>): computed where it is asked for, not kept.</summary>
internal static class MetricsKinds
{
    public static ResourceKind NodeMetrics() => New("NodeMetrics", "nodes", typeof(NodeMetrics), namespaced: false, o => [o.Child("usage")]);

    public static ResourceKind PodMetrics() =>
        New("PodMetrics", "pods", typeof(PodMetrics), namespaced: true, o => o.Items("containers").Select(c => c.Item.Child("usage")));

    private static ResourceKind New(string kind, string plural, Type type, bool namespaced, Func<JsonObject, IEnumerable<JsonObject?>> usages) => new()
    {
        Group = "metrics.k8s.io",
        Version = "v1beta1",
        Kind = kind,
        Plural = plural,
        // As metrics-server has it: "node" and "pod" mean the objects themselves.
        Singular = "",
        Namespaced = namespaced,
        ClrType = type,
        Verbs = ["get", "list"],
        ShowsAge = false,
        Columns =
        [
            Column.Text("cpu", "Processor time used, in cores.", o => Sum(usages(o), "cpu")),
            Column.Text("memory", "Working set.", o => Sum(usages(o), "memory")),
            Column.Text("window", "What the processor time is the mean of.", o => o.Text("window")),
        ],
    };

    private static string Sum(IEnumerable<JsonObject?> usages, string resource)
    {
        var sum = default(Quantity);
        foreach (JsonObject? usage in usages)
        {
            sum = Quantity.TryParse(usage.Text(resource), out Quantity quantity) ? sum + quantity : sum;
        }

        return sum.ToString();
    }
}
