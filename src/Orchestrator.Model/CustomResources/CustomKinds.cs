using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.CustomResources;

/// <summary>Makes kinds of CustomResourceDefinitions.</summary>
public static class CustomKinds
{
    /// <summary>The definition's served versions, newest first as Kubernetes orders them; none before its names are established.</summary>
    public static IEnumerable<ResourceKind> Of(JsonObject definition)
    {
        var spec = definition.Child("spec");
        var names = definition.Child("status", "acceptedNames");
        if (!DefinitionStatus.Is(definition, "Established") || string.IsNullOrEmpty(names.Text("plural")))
        {
            return [];
        }

        var versions = spec.Items("versions").Select(v => v.Item).ToList();
        var storage = versions.FirstOrDefault(v => v.Flag("storage") == true).Text("name") ?? "";
        return versions
            .Where(v => v.Flag("served") == true)
            .OrderBy(v => v.Text("name") ?? "", VersionOrder.Instance)
            .Select(version => Of(spec!, names!, version, storage));
    }

    private static ResourceKind Of(JsonObject spec, JsonObject names, JsonObject version, string storage)
    {
        var schema = JsonSchemaReader.Read(version.Child("schema", "openAPIV3Schema") ?? []);
        var subresources = version.Child("subresources");
        return new ResourceKind
        {
            Group = spec.Text("group") ?? "",
            Version = version.Text("name") ?? "",
            StorageVersion = storage,
            Kind = names.Text("kind") ?? "",
            Plural = names.Text("plural") ?? "",
            Singular = names.Text("singular") is { Length: > 0 } singular ? singular : (names.Text("kind") ?? "").ToLowerInvariant(),
            ListKind = names.Text("listKind") is { Length: > 0 } listKind ? listKind : names.Text("kind") + "List",
            Namespaced = spec.Text("scope") == "Namespaced",
            Schema = schema,
            ShortNames = [.. names.Texts("shortNames")],
            Categories = [.. names.Texts("categories")],
            HasStatus = subresources.Child("status") is not null,
            HasGeneration = true,
            Scale = ScaleOf(subresources.Child("scale")),
            SelectableFields = [.. version.Items("selectableFields").Select(f => f.Item.Text("jsonPath")?.TrimStart('.')).OfType<string>()],
            ShowsAge = !version.Items("additionalPrinterColumns").Any(),
            Columns = [.. ColumnsOf(version)],
            Rules = new CustomResourceRules(schema),
        };
    }

    private static ScalePaths? ScaleOf(JsonObject? scale) => scale is null
        ? null
        : new ScalePaths(
            (scale.Text("specReplicasPath") ?? "").TrimStart('.'),
            (scale.Text("statusReplicasPath") ?? "").TrimStart('.'),
            scale.Text("labelSelectorPath") is { Length: > 0 } selector ? selector.TrimStart('.') : null);

    private static IEnumerable<TableColumn> ColumnsOf(JsonObject version)
    {
        foreach (var (column, _) in version.Items("additionalPrinterColumns"))
        {
            if (JsonPath.TryParse(column.Text("jsonPath") ?? "", out _) is { } path)
            {
                var type = column.Text("type") ?? "string";
                yield return new TableColumn(
                    column.Text("name") ?? "", type, column.Text("description") ?? "", (int)(column.Integer("priority") ?? 0), (obj, time) => Cell(path.Find(obj), type, time));
            }
        }
    }

    private static JsonNode? Cell(IEnumerable<JsonNode> found, string type, TimeProvider time)
    {
        var values = found.ToList();
        return (type, values) switch
        {
            (_, []) => null,
            ("string", [var value]) => value.AsText() ?? value.ToJsonString(),
            ("string", _) => string.Join(',', values.Select(v => v.AsText() ?? v.ToJsonString())),
            ("date", _) => DateTimeOffset.TryParse(values[0].AsText(), System.Globalization.CultureInfo.InvariantCulture, out var then)
                ? HumanDuration.Since(then, time)
                : "<invalid>",
            ("integer", _) => values[0].AsInteger(),
            ("number", _) => values[0].AsNumber(),
            _ => values[0].GetValueKind() is JsonValueKind.True or JsonValueKind.False ? values[0].DeepClone() : null,
        };
    }
}
