using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds of the core group that newer ones have taken the place of, and that tools still know.</summary>
internal static class OlderKinds
{
    public static IReadOnlyList<ResourceKind> All => [Binding(), ComponentStatus(), PodTemplate()];

    private static ResourceKind Binding() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Binding",
        Plural = "bindings",
        Namespaced = true,
        ClrType = typeof(V1Binding),
        Verbs = ["create"],
    };

    private static ResourceKind ComponentStatus() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "ComponentStatus",
        Plural = "componentstatuses",
        Namespaced = false,
        ClrType = typeof(V1ComponentStatus),
        ShortNames = ["cs"],
        Verbs = ["get", "list"],
        ShowsAge = false,
        Columns =
        [
            Column.Text("Status", "Healthy or Unhealthy.", o => Healthy(o).Text("status") switch { "True" => "Healthy", "False" => "Unhealthy", _ => "Unknown" }),
            new TableColumn("Message", "string", "What it says of itself.", Column.Always, (o, _) => Healthy(o).Text("message") ?? ""),
            new TableColumn("Error", "string", "What is wrong with it.", Column.Always, (o, _) => Healthy(o).Text("error") ?? ""),
        ],
    };

    private static ResourceKind PodTemplate() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "PodTemplate",
        Plural = "podtemplates",
        Namespaced = true,
        ClrType = typeof(V1PodTemplate),
        Columns =
        [
            Column.Text("Containers", "Names of the containers.", o => Containers(o, "name")),
            Column.Text("Images", "Images of the containers.", o => Containers(o, "image")),
            Column.Text("Pod Labels", "Labels of the pods.", o => SelectorText.Of(o.Child("template", "metadata").Child("labels"))),
        ],
        Rules = new PodTemplateKindRules(),
    };

    private static JsonObject? Healthy(JsonObject status) => status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == "Healthy");

    private static string Containers(JsonObject obj, string member) =>
        string.Join(',', obj.Child("template", "spec").Items("containers").Select(c => c.Item.Text(member)));
}
