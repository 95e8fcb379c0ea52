using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Client;
using Orchestrator.Model.Json;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Reads from an API server all that placement asks for, page by page.</summary>
internal static class LiveSnapshot
{
    private const int PageSize = 500;

    // In an order in which each kind is there before what refers to it. Some clusters do not serve all of them.
    private static readonly (string Group, string Kind)[] Kinds =
    [
        ("", "Namespace"), ("", "Node"), ("orchestrator.dev", "Hypervisor"), ("node.k8s.io", "RuntimeClass"), ("scheduling.k8s.io", "PriorityClass"),
        ("policy", "PodDisruptionBudget"), ("storage.k8s.io", "StorageClass"), ("", "PersistentVolume"), ("", "PersistentVolumeClaim"), ("", "Pod"),
    ];

    /// <exception cref="ApiStatusException">The user may not list one of the kinds.</exception>
    public static async Task<IReadOnlyList<JsonElement>> ReadAsync(ApiConnection connection, CancellationToken cancel)
    {
        var catalog = await ApiCatalog.ReadAsync(connection, cancel);
        var objects = new List<JsonElement>();
        foreach (var (group, kind) in Kinds)
        {
            if (catalog.Find(group, kind) is { } resource)
            {
                await ReadAsync(connection, resource, objects, cancel);
            }
        }

        return objects;
    }

    private static async Task ReadAsync(ApiConnection connection, ApiResource resource, List<JsonElement> objects, CancellationToken cancel)
    {
        string? next = null;
        do
        {
            var page = next is null ? "" : "&continue=" + Uri.EscapeDataString(next);
            var list = await connection.GetAsync($"{resource.CollectionPath(null)}?limit={PageSize}{page}", "application/json", cancel);
            foreach (var (item, _) in list.Items("items"))
            {
                objects.Add(Complete(item, resource));
            }

            next = list.Child("metadata").Text("continue");
        }
        while (!string.IsNullOrEmpty(next));
    }

    // Items of a list need not say their kind; who wrote which field is of no interest here and most of the size.
    private static JsonElement Complete(JsonObject item, ApiResource resource)
    {
        item["apiVersion"] = resource.GroupVersion;
        item["kind"] = resource.Kind;
        item.Child("metadata")?.Remove("managedFields");
        return JsonSerializer.SerializeToElement(item, WhatIfJson.Default.JsonObject);
    }
}
