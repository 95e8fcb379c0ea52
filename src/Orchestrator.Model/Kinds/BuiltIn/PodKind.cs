using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Pods;

namespace Orchestrator.Model.Kinds.BuiltIn;

internal static class PodKind
{
    public static ResourceKind Create() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Pod",
        Plural = "pods",
        Namespaced = true,
        ClrType = typeof(V1Pod),
        ShortNames = ["po"],
        Categories = ["all"],
        HasStatus = true,
        HasGeneration = true,
        Deletion = PodDeletion.Instance,
        SelectableFields =
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "spec.runtimeClassName",
            "status.phase", "status.podIP", "status.nominatedNodeName",
        ],
        Columns =
        [
            Column.Text("Ready", "Ready containers of all.", o => PodSummary.Of(o).Ready),
            Column.Text("Status", "Phase, or why it is not running.", o => PodSummary.Of(o).Status),
            Column.Timed("Restarts", "Restarts of its containers, and when the last was.", (o, time) => PodSummary.Of(o).RestartsText(time)),
            Column.Age(),
            Column.Text("IP", "Address of the pod.", o => o.Child("status").Text("podIP"), Column.Wide),
            Column.Text("Node", "Node it is bound to.", o => o.Child("spec").Text("nodeName"), Column.Wide),
            Column.Text("Nominated Node", "Node where room is being made for it.", o => o.Child("status").Text("nominatedNodeName"), Column.Wide),
            Column.Text("Readiness Gates", "Conditions that it waits for besides its containers.", ReadinessGates, Column.Wide),
        ],
        Rules = new PodRules(),
    };

    private static string? ReadinessGates(JsonObject pod)
    {
        List<string?> gates = [.. pod.Child("spec").Items("readinessGates").Select(g => g.Item.Text("conditionType"))];
        if (gates.Count == 0)
        {
            return null;
        }

        int met = pod.Child("status").Items("conditions")
            .Count(c => c.Item.Text("status") == "True" && gates.Contains(c.Item.Text("type")));
        return $"{met}/{gates.Count}";
    }
}
