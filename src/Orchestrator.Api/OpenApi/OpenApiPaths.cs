using System.Text.Json;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// The paths of kinds in OpenAPI: what clients look up there, which is what can be done, with which parameters and bodies. kubectl sends
/// <c>fieldValidation</c> only where the patch operation of the kind declares it.
/// </summary>
internal sealed class OpenApiPaths(SchemaWriter schemas)
{
    private static readonly string[] PatchTypes = [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch];
    private static readonly string[] ObjectTypes = [MediaTypes.Json, MediaTypes.Yaml];

    /// <summary>Version 3 where true, else 2.</summary>
    public void Write(Utf8JsonWriter json, ResourceKind kind, bool version3)
    {
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
        json.WriteStartObject(collection);
        if (!kind.Verbs.Contains("get"))
        {
            WriteOperation(json, kind, "post", "post", version3);
            json.WriteEndObject();
            return;
        }

        WriteOperation(json, kind, "get", "list", version3);
        WriteOperation(json, kind, "post", "post", version3);
        WriteOperation(json, kind, "delete", "deletecollection", version3);
        json.WriteEndObject();
        json.WriteStartObject($"{collection}/{{name}}");
        WriteOperation(json, kind, "get", "get", version3);
        WriteOperation(json, kind, "put", "put", version3);
        WriteOperation(json, kind, "patch", "patch", version3);
        WriteOperation(json, kind, "delete", "delete", version3);
        json.WriteEndObject();
    }

    private void WriteOperation(Utf8JsonWriter json, ResourceKind kind, string method, string action, bool version3)
    {
        json.WriteStartObject(method);
        json.WriteString("operationId", $"{action}{kind.Group.Replace(".", "", StringComparison.Ordinal)}{kind.Version}{kind.Kind}");
        json.WriteString("x-kubernetes-action", action);
        json.WritePropertyName("x-kubernetes-group-version-kind");
        SchemaWriter.WriteKind(json, kind);
        var writes = method is "post" or "put" or "patch";
        json.WriteStartArray("parameters");
        if (writes)
        {
            WriteParameter(json, "fieldValidation", version3);
            WriteParameter(json, "fieldManager", version3);
        }

        if (writes || method == "delete")
        {
            WriteParameter(json, "dryRun", version3);
        }

        json.WriteEndArray();
        if (writes && version3)
        {
            WriteRequestBody(json, kind, method == "patch" ? PatchTypes : ObjectTypes);
        }

        json.WriteStartObject("responses");
        json.WriteStartObject("200");
        json.WriteString("description", "OK");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, bool version3)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", "query");
        if (version3)
        {
            json.WriteStartObject("schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type", "string");
        }

        json.WriteEndObject();
    }

    private void WriteRequestBody(Utf8JsonWriter json, ResourceKind kind, IEnumerable<string> mediaTypes)
    {
        json.WriteStartObject("requestBody");
        json.WriteStartObject("content");
        foreach (var mediaType in mediaTypes)
        {
            json.WriteStartObject(mediaType);
            json.WriteStartObject("schema");
            if (schemas.NameOf(kind) is { } name)
            {
                json.WriteString("$ref", $"#/components/schemas/{name}");
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
