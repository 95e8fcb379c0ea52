using System.Text.Json;
using Orchestrator.Api.Schemas;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.OpenApi;

/// <summary>Writes field schemas as JSON schemas, with Kubernetes' extensions for list merging.</summary>
internal sealed class SchemaWriter(FieldSchemas schemas)
{
    /// <summary>Every object type that the kinds are made of, as members of the object that is being written.</summary>
    /// <param name="json">Receives them.</param>
    /// <param name="kinds">The kinds.</param>
    /// <param name="refPrefix">What references begin with: <c>#/components/schemas/</c> or <c>#/definitions/</c>.</param>
    public void WriteDefinitions(Utf8JsonWriter json, IReadOnlyList<ResourceKind> kinds, string refPrefix)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            if (schemas.Of(kind) is { } schema)
            {
                WriteDefinition(json, schema, kinds, refPrefix, written);
            }
        }
    }

    /// <summary>Name of a kind's schema; null for kinds without one.</summary>
    public string? NameOf(ResourceKind kind) => schemas.Of(kind)?.TypeName;

    private void WriteDefinition(Utf8JsonWriter json, FieldSchema schema, IReadOnlyList<ResourceKind> kinds, string refPrefix, HashSet<string> written)
    {
        if (!written.Add(schema.TypeName))
        {
            return;
        }

        json.WriteStartObject(schema.TypeName);
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var property in schema.Properties.Values.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject(property.Name);
            WriteBody(json, property.Schema, refPrefix);
            WriteMerge(json, property);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteKinds(json, [.. kinds.Where(k => schemas.Of(k) == schema)]);
        json.WriteEndObject();
        foreach (var nested in schema.Properties.Values.Select(p => ObjectWithin(p.Schema)).OfType<FieldSchema>())
        {
            WriteDefinition(json, nested, kinds, refPrefix, written);
        }
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

    private static void WriteMerge(Utf8JsonWriter json, FieldProperty property)
    {
        if (property.MergeKey is not { } key)
        {
            return;
        }

        if (key != MergeKeys.Set)
        {
            json.WriteString("x-kubernetes-patch-merge-key", key);
        }

        json.WriteString("x-kubernetes-patch-strategy", "merge");
    }

    private static void WriteBody(Utf8JsonWriter json, FieldSchema schema, string refPrefix)
    {
        switch (schema.Form)
        {
            case FieldForm.Object:
                json.WriteString("$ref", refPrefix + schema.TypeName);
                break;
            case FieldForm.Array:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteBody(json, schema.Element!, refPrefix);
                json.WriteEndObject();
                break;
            case FieldForm.Map:
                json.WriteString("type", "object");
                json.WriteStartObject("additionalProperties");
                WriteBody(json, schema.Element!, refPrefix);
                json.WriteEndObject();
                break;
            default:
                WriteScalar(json, schema.Form);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, FieldForm form)
    {
        var (type, format) = form switch
        {
            FieldForm.Integer => ("integer", "int64"),
            FieldForm.Number => ("number", "double"),
            FieldForm.Boolean => ("boolean", ""),
            FieldForm.Time => ("string", "date-time"),
            FieldForm.Bytes => ("string", "byte"),
            FieldForm.IntOrString => ("string", "int-or-string"),
            FieldForm.Any => ("", ""),
            _ => ("string", ""),
        };
        if (type.Length > 0)
        {
            json.WriteString("type", type);
        }

        if (format.Length > 0)
        {
            json.WriteString("format", format);
        }
    }

    private static FieldSchema? ObjectWithin(FieldSchema schema) => schema.Form switch
    {
        FieldForm.Object => schema,
        FieldForm.Array or FieldForm.Map => ObjectWithin(schema.Element!),
        _ => null,
    };
}
