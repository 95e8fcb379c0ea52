using System.Text.Json;

namespace Orchestrator.Api.OpenApi;

/// <summary>The parameters of operations, by what they do. Clients look here for what they may send: kubectl sends fieldValidation and dryRun only where they are declared.</summary>
internal static class OperationParameters
{
    private static readonly Parameter Pretty = new("pretty", "string", "If true, the answer is indented.");
    private static readonly Parameter DryRun = new("dryRun", "string", "All: everything is done but the storing, and the answer shows what would be stored.");
    private static readonly Parameter FieldManager = new("fieldManager", "string", "Name of who makes the changes, kept in managedFields.");
    private static readonly Parameter FieldValidation = new("fieldValidation", "string", "What unknown and repeated fields lead to: Ignore, Warn or Strict.");

    private static readonly Parameter[] Selection =
    [
        new("labelSelector", "string", "Only objects with such labels."),
        new("fieldSelector", "string", "Only objects with such fields."),
    ];

    private static readonly Parameter[] Listing =
    [
        new("allowWatchBookmarks", "boolean", "Watches are told how far they have come."),
        new("continue", "string", "Where the next page begins, as the answer with the one before said."),
        .. Selection,
        new("limit", "integer", "The most objects of one page."),
        new("resourceVersion", "string", "The state to list, or to watch from."),
        new("resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."),
        new("sendInitialEvents", "boolean", "Watches begin with the objects that are there."),
        new("timeoutSeconds", "integer", "How long a watch lasts."),
        new("watch", "boolean", "Changes are sent as they happen."),
    ];

    private static readonly Parameter[] Deleting =
    [
        DryRun,
        new("gracePeriodSeconds", "integer", "How long the object may take to end; 0 for none."),
        new("orphanDependents", "boolean", "Older form of propagationPolicy."),
        new("propagationPolicy", "string", "What becomes of dependents: Orphan, Background or Foreground."),
    ];

    private static readonly Parameter[] Writing = [DryRun, FieldManager, FieldValidation];

    /// <param name="json">Receives them, as an array.</param>
    /// <param name="action">get, list, post, put, patch, delete, deletecollection or connect.</param>
    /// <param name="dialect">Version of OpenAPI.</param>
    /// <param name="body">Writes the body, which version 2 has among the parameters; null for none.</param>
    public static void Write(Utf8JsonWriter json, string action, OpenApiDialect dialect, Action? body)
    {
        json.WriteStartArray("parameters");
        if (!dialect.IsVersion3 && body is not null)
        {
            body();
        }

        foreach (var parameter in Of(action))
        {
            WriteOne(json, parameter, "query", dialect);
        }

        json.WriteEndArray();
    }

    /// <summary>The parameters that all operations of a path share.</summary>
    public static void WriteOfPath(Utf8JsonWriter json, string path, OpenApiDialect dialect)
    {
        json.WriteStartArray("parameters");
        foreach (var name in (ReadOnlySpan<string>)["namespace", "name"])
        {
            if (path.Contains($"{{{name}}}", StringComparison.Ordinal))
            {
                WriteOne(json, new Parameter(name, "string", name == "name" ? "Name of the object." : "Namespace of the object."), "path", dialect);
            }
        }

        WriteOne(json, Pretty, "query", dialect);
        json.WriteEndArray();
    }

    private static Parameter[] Of(string action) => action switch
    {
        "list" => Listing,
        "post" or "put" => Writing,
        "patch" => [.. Writing, new("force", "boolean", "Applied configurations take fields from their managers.")],
        "delete" => Deleting,
        "deletecollection" => [.. Deleting, .. Listing.Where(p => p.Name is not ("watch" or "allowWatchBookmarks"))],
        _ => [],
    };

    private static void WriteOne(Utf8JsonWriter json, Parameter parameter, string place, OpenApiDialect dialect)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteString("in", place);
        json.WriteString("description", parameter.Description);
        if (place == "path")
        {
            json.WriteBoolean("required", true);
        }

        if (dialect.IsVersion3)
        {
            json.WriteStartObject("schema");
        }

        json.WriteString("type", parameter.Type);
        json.WriteBoolean("uniqueItems", true);
        if (dialect.IsVersion3)
        {
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private sealed record Parameter(string Name, string Type, string Description);
}
