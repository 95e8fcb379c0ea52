using System.Globalization;
using System.Text.Json;
using k8s.Models;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Discovery;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>The paths of kinds in OpenAPI: what can be done there, with which parameters and bodies.</summary>
internal sealed class OpenApiPaths(FieldSchemas schemas, ServedVerbs served)
{
    private static readonly string DeleteOptions = TypeFacts.Of(nameof(V1DeleteOptions)).Name;
    private static readonly string Status = TypeFacts.Of(nameof(V1Status)).Name;

    private static readonly string[] PatchTypes = [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch, MediaTypes.ApplyPatch];
    private static readonly string[] ObjectTypes = [MediaTypes.Json, MediaTypes.Yaml];

    private static readonly Lazy<ILookup<(string Group, string Version, string Kind), Type>> Entities = new(() => typeof(V1Pod).Assembly.GetExportedTypes()
        .Select(t => (Type: t, Entity: (KubernetesEntityAttribute?)Attribute.GetCustomAttribute(t, typeof(KubernetesEntityAttribute))))
        .Where(t => t.Entity is not null && !t.Type.IsGenericType)
        .ToLookup(t => (t.Entity!.Group ?? "", t.Entity.ApiVersion, t.Entity.Kind), t => t.Type));

    /// <summary>The types that subresources of the kinds read or write and that are no kinds of their own.</summary>
    public IEnumerable<Type> FurtherTypes(IEnumerable<ResourceKind> kinds) =>
        kinds.SelectMany(served.Subresources).SelectMany(s => Entities.Value[(s.Group, s.Version, s.Kind)]).Distinct();

    public void Write(Utf8JsonWriter json, ResourceKind kind, OpenApiDialect dialect)
    {
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
        var name = new OperationName(kind);
        var type = schemas.Of(kind) is { } schema ? TypeFacts.Of(schema).Name : "";
        var list = type.Length == 0 ? "" : DefinitionNames.ListOf(type);
        Operation?[] ofCollection =
        [
            Served(kind, "list", new("get", "list", name.Of("list"), "", list)),
            Served(kind, "create", new("post", "post", name.Of("create"), type, type)),
            Served(kind, "deletecollection", new("delete", "deletecollection", name.Of("delete", collection: true), DeleteOptions, Status)),
        ];
        WritePath(json, collection, ofCollection, kind, dialect);
        if (kind.Namespaced && kind.Verbs.Contains("list"))
        {
            WritePath(json, $"{root}/{kind.Plural}", [new("get", "list", name.ForAllNamespaces(), "", list)], kind, dialect);
        }

        if (!kind.Verbs.Contains("get"))
        {
            return;
        }

        Operation?[] ofObject =
        [
            new("get", "get", name.Of("read"), "", type),
            Served(kind, "update", new("put", "put", name.Of("replace"), type, type)),
            Served(kind, "patch", new("patch", "patch", name.Of("patch"), DefinitionNames.Patch, type)),
            Served(kind, "delete", new("delete", "delete", name.Of("delete"), DeleteOptions, Status)),
        ];
        WritePath(json, $"{collection}/{{name}}", ofObject, kind, dialect);
        foreach (var subresource in served.Subresources(kind))
        {
            WriteSubresource(json, $"{collection}/{{name}}/{subresource.Name}", kind, subresource, type, name, dialect);
        }
    }

    private static Operation? Served(ResourceKind kind, string verb, Operation operation) => kind.Verbs.Contains(verb) ? operation : null;

    private static void WriteSubresource(
        Utf8JsonWriter json, string path, ResourceKind kind, ServedSubresource subresource, string parentType, OperationName name, OpenApiDialect dialect)
    {
        var own = subresource.Kind == kind.Kind
            ? parentType
            : Entities.Value[(subresource.Group, subresource.Version, subresource.Kind)].Select(t => TypeFacts.Of(t.Name).Name).FirstOrDefault("");
        var operations = subresource.Verbs.Select(verb => verb switch
        {
            "get" => new Operation("get", "get", name.Of("read", subresource.Name), "", own),
            "update" => new Operation("put", "put", name.Of("replace", subresource.Name), own, own),
            "patch" => new Operation("patch", "patch", name.Of("patch", subresource.Name), DefinitionNames.Patch, own),
            "create" => new Operation("post", "post", name.Of("create", subresource.Name), own, own),
            "delete" => new Operation("delete", "delete", name.Of("delete", subresource.Name), "", own),
            _ => null,
        });
        var gvk = kind with { Group = subresource.Group, Version = subresource.Version, Kind = subresource.Kind };
        WritePath(json, path, [.. operations], gvk, dialect);
    }

    private static void WritePath(Utf8JsonWriter json, string path, IReadOnlyList<Operation?> operations, ResourceKind kind, OpenApiDialect dialect)
    {
        json.WriteStartObject(path);
        foreach (var operation in operations)
        {
            if (operation is not null)
            {
                WriteOperation(json, operation, kind, dialect);
            }
        }

        OperationParameters.WriteOfPath(json, path, dialect);
        json.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter json, Operation operation, ResourceKind kind, OpenApiDialect dialect)
    {
        json.WriteStartObject(operation.Method);
        GroupDocuments.WriteStrings(json, "tags", [OperationName.TagOf(kind)]);
        json.WriteString("description", string.Create(CultureInfo.InvariantCulture, $"{operation.Action} {kind.Kind}"));
        json.WriteString("operationId", operation.Id);
        var media = operation.IsPatch ? PatchTypes : ObjectTypes;
        if (!dialect.IsVersion3)
        {
            GroupDocuments.WriteStrings(json, "consumes", operation.Body.Length > 0 ? media : ["*/*"]);
            GroupDocuments.WriteStrings(json, "produces", [MediaTypes.Json]);
            GroupDocuments.WriteStrings(json, "schemes", ["https"]);
        }

        OperationParameters.Write(json, operation.Action, dialect, operation.Body.Length == 0 ? null : () => WriteBodyParameter(json, operation));
        if (dialect.IsVersion3 && operation.Body.Length > 0)
        {
            WriteRequestBody(json, operation, media);
        }

        WriteResponses(json, operation, dialect);
        json.WriteString("x-kubernetes-action", operation.Action);
        json.WritePropertyName("x-kubernetes-group-version-kind");
        SchemaWriter.WriteKind(json, kind);
        json.WriteEndObject();
    }

    private static void WriteBodyParameter(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        json.WriteString("name", "body");
        json.WriteString("in", "body");
        json.WriteBoolean("required", operation.Method != "delete");
        WriteReference(json, operation.Body, OpenApiDialect.V2);
        json.WriteEndObject();
    }

    private static void WriteRequestBody(Utf8JsonWriter json, Operation operation, IEnumerable<string> media)
    {
        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", operation.Method != "delete");
        WriteContent(json, operation.Body, media);
        json.WriteEndObject();
    }

    private static void WriteResponses(Utf8JsonWriter json, Operation operation, OpenApiDialect dialect)
    {
        json.WriteStartObject("responses");
        foreach (var (code, text) in (ReadOnlySpan<(string, string)>)[("200", "OK"), ("201", "Created"), ("401", "Unauthorized")])
        {
            if (code == "201" && operation.Method is not ("post" or "put" or "patch"))
            {
                continue;
            }

            json.WriteStartObject(code);
            json.WriteString("description", text);
            if (code != "401" && operation.Response.Length > 0)
            {
                if (dialect.IsVersion3)
                {
                    WriteContent(json, operation.Response, [MediaTypes.Json]);
                }
                else
                {
                    WriteReference(json, operation.Response, dialect);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string type, IEnumerable<string> media)
    {
        json.WriteStartObject("content");
        foreach (var mediaType in media)
        {
            json.WriteStartObject(mediaType);
            WriteReference(json, type, OpenApiDialect.V3);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string type, OpenApiDialect dialect)
    {
        json.WriteStartObject("schema");
        json.WriteString("$ref", dialect.RefPrefix + type);
        json.WriteEndObject();
    }
}
