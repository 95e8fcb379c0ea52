using System.Text.Json;
using k8s.Models;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// Writes field schemas as JSON schemas with Kubernetes' names, descriptions and extensions. One for each document: it knows what it has written.
/// </summary>
internal sealed class SchemaWriter(FieldSchemas schemas, Utf8JsonWriter json, OpenApiDialect dialect, IReadOnlyList<ResourceKind> kinds)
{
    private static readonly Type[] Always = [typeof(V1DeleteOptions), typeof(V1Status), typeof(V1ListMeta)];

    private readonly Descriptions _descriptions = Descriptions.Load();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly ILookup<FieldSchema, ResourceKind> _kindsOf = kinds
        .Where(k => schemas.Of(k) is not null).ToLookup(k => schemas.Of(k)!);

    /// <summary>Every type that the kinds are made of, as members of the object that is being written.</summary>
    /// <param name="further">Types that only subresources have.</param>
    public void WriteDefinitions(IEnumerable<Type> further)
    {
        foreach (var kind in kinds)
        {
            if (schemas.Of(kind) is { } schema)
            {
                WriteDefinition(schema);
                if (kind.Verbs.Contains("list"))
                {
                    WriteList(kind);
                }
            }
        }

        foreach (var type in Always.Concat(further))
        {
            WriteDefinition(schemas.Of(type));
        }

        json.WriteStartObject(DefinitionNames.Patch);
        json.WriteString("description", "Changes to an object: a JSON patch, merge patch, strategic merge patch, or a configuration to apply.");
        json.WriteString("type", "object");
        json.WriteEndObject();
    }

    private void WriteDefinition(FieldSchema schema)
    {
        var facts = TypeFacts.Of(schema);
        if (!_written.Add(facts.Name))
        {
            return;
        }

        json.WriteStartObject(facts.Name);
        if (schema.Source is { } source)
        {
            CustomSchemaWriter.WriteRoot(json, source, dialect);
        }
        else
        {
            WriteObject(schema, facts);
        }

        WriteKinds(json, [.. _kindsOf[schema]]);
        json.WriteEndObject();
        if (schema.Source is null)
        {
            foreach (var property in schema.Properties.Values)
            {
                WriteReferenced(property.Schema, facts.Fields.GetValueOrDefault(property.Name, FieldFacts.None));
            }
        }
        else
        {
            WriteDefinition(schemas.Of(typeof(V1ObjectMeta)));
        }
    }

    private void WriteObject(FieldSchema schema, TypeFacts facts)
    {
        WriteText("description", _descriptions.OfType(schema.TypeName));
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        var required = new List<string>();
        foreach (var property in schema.Properties.Values.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            var field = facts.Fields.GetValueOrDefault(property.Name, FieldFacts.None);
            json.WriteStartObject(property.Name);
            WriteField(property.Schema, field, _descriptions.OfField(schema.TypeName, property.Name));
            WriteMerge(property);
            json.WriteEndObject();
            if (field.IsRequired)
            {
                required.Add(property.Name);
            }
        }

        json.WriteEndObject();
        if (required.Count > 0)
        {
            Discovery.GroupDocuments.WriteStrings(json, "required", required);
        }

        if (schema.IsAtomic)
        {
            json.WriteString("x-kubernetes-map-type", "atomic");
        }
    }

    private void WriteField(FieldSchema schema, FieldFacts facts, string? description)
    {
        WriteText("description", description);
        if (dialect.IsVersion3 && facts.Default.Length > 0)
        {
            json.WritePropertyName("default");
            json.WriteRawValue(facts.Default);
        }

        WriteBody(schema, facts, wrapped: true);
    }

    /// <param name="schema">What to write.</param>
    /// <param name="facts">Facts of the field whose value, element or member it is.</param>
    /// <param name="wrapped">References stand beside other members of their schema, which version 3 ignores there: they go into allOf.</param>
    private void WriteBody(FieldSchema schema, FieldFacts facts, bool wrapped)
    {
        if (ScalarTypes.DefinitionOf(schema, facts) is { } scalar)
        {
            WriteReference(scalar, wrapped);
            return;
        }

        switch (schema.Form)
        {
            case FieldForm.Object:
                WriteReference(TypeFacts.Of(schema).Name, wrapped);
                break;
            case FieldForm.Array:
                json.WriteString("type", "array");
                WriteNested("items", schema.Element!, facts);
                break;
            case FieldForm.Map:
                json.WriteString("type", "object");
                WriteNested("additionalProperties", schema.Element!, facts);
                break;
            default:
                ScalarTypes.WriteInline(json, schema);
                break;
        }
    }

    private void WriteNested(string name, FieldSchema element, FieldFacts facts)
    {
        json.WriteStartObject(name);
        var isReference = element.Form == FieldForm.Object || ScalarTypes.DefinitionOf(element, facts) is not null;
        if (dialect.IsVersion3 && element.Form == FieldForm.String)
        {
            json.WriteString("default", "");
        }
        else if (dialect.IsVersion3 && isReference)
        {
            json.WritePropertyName("default");
            json.WriteRawValue("{}");
        }

        WriteBody(element, facts with { Type = "" }, wrapped: isReference);
        json.WriteEndObject();
    }

    private void WriteReference(string name, bool wrapped)
    {
        if (!wrapped || !dialect.IsVersion3)
        {
            json.WriteString("$ref", dialect.RefPrefix + name);
            return;
        }

        json.WriteStartArray("allOf");
        json.WriteStartObject();
        json.WriteString("$ref", dialect.RefPrefix + name);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteReferenced(FieldSchema schema, FieldFacts facts)
    {
        if (ScalarTypes.DefinitionOf(schema, facts) is { } scalar)
        {
            if (_written.Add(scalar))
            {
                json.WriteStartObject(scalar);
                ScalarTypes.WriteDefinition(json, scalar, dialect);
                json.WriteEndObject();
            }
        }
        else if (schema.Form == FieldForm.Object)
        {
            WriteDefinition(schema);
        }
        else if (schema.Element is { } element)
        {
            WriteReferenced(element, facts with { Type = "" });
        }
    }

    private void WriteList(ResourceKind kind)
    {
        var item = TypeFacts.Of(schemas.Of(kind)!).Name;
        json.WriteStartObject(DefinitionNames.ListOf(item));
        json.WriteString("description", $"{kind.ListKind} is a list of {kind.Kind} objects.");
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            json.WriteStartObject(name);
            WriteText("description", _descriptions.OfField(nameof(V1PodList), name));
            json.WriteString("type", "string");
            json.WriteEndObject();
        }

        json.WriteStartObject("items");
        json.WriteString("description", $"The {kind.Plural}.");
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        WriteReference(item, wrapped: true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("metadata");
        WriteText("description", _descriptions.OfField(nameof(V1PodList), "metadata"));
        WriteReference(TypeFacts.Of(nameof(V1ListMeta)).Name, wrapped: true);
        json.WriteEndObject();
        json.WriteEndObject();
        Discovery.GroupDocuments.WriteStrings(json, "required", ["items"]);
        WriteKinds(json, [kind with { Kind = kind.ListKind }]);
        json.WriteEndObject();
    }

    private static void WriteKinds(Utf8JsonWriter json, IReadOnlyList<ResourceKind> kinds)
    {
        if (kinds.Count == 0)
        {
            return;
        }

        json.WriteStartArray("x-kubernetes-group-version-kind");
        foreach (var kind in kinds)
        {
            WriteKind(json, kind);
        }

        json.WriteEndArray();
    }

    internal static void WriteKind(Utf8JsonWriter json, ResourceKind kind)
    {
        json.WriteStartObject();
        json.WriteString("group", kind.Group);
        json.WriteString("version", kind.Version);
        json.WriteString("kind", kind.Kind);
        json.WriteEndObject();
    }

    private void WriteMerge(FieldProperty property)
    {
        if (property.ListType is { } list)
        {
            if (list == ListType.Map)
            {
                Discovery.GroupDocuments.WriteStrings(json, "x-kubernetes-list-map-keys", property.ListMapKeys);
            }

            json.WriteString("x-kubernetes-list-type", list switch { ListType.Map => "map", ListType.Set => "set", _ => "atomic" });
        }

        if (property.IsAtomicMap is { } atomic)
        {
            json.WriteString("x-kubernetes-map-type", atomic ? "atomic" : "granular");
        }

        if (property.MergeKey is { Length: > 0 } key)
        {
            json.WriteString("x-kubernetes-patch-merge-key", key);
        }

        string?[] strategies = [property.MergeKey is null ? null : "merge", property.RetainsKeys ? "retainKeys" : null, property.ReplacedByPatches ? "replace" : null];
        if (strategies.Any(s => s is not null))
        {
            json.WriteString("x-kubernetes-patch-strategy", string.Join(',', strategies.OfType<string>()));
        }
    }

    private void WriteText(string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            json.WriteString(name, text);
        }
    }
}
