using k8s.Models;
using Orchestrator.Model.CustomResources;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Kinds that extend the API.</summary>
internal static class ExtensionKinds
{
    public static ResourceKind CustomResourceDefinition() => new()
    {
        Group = "apiextensions.k8s.io",
        Version = "v1",
        Kind = "CustomResourceDefinition",
        Plural = "customresourcedefinitions",
        Namespaced = false,
        ClrType = typeof(V1CustomResourceDefinition),
        ShortNames = ["crd", "crds"],
        Categories = ["api-extensions"],
        HasStatus = true,
        HasGeneration = true,
        Deletion = DefinitionDeletion.Instance,
        ShowsAge = false,
        Columns =
        [
            new TableColumn("Created At", "date", "Time of creation.", Column.Always, (o, _) => o.Child("metadata").Text("creationTimestamp")),
        ],
        Rules = new DefinitionRules(),
    };
}
