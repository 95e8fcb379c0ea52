using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// Writes the schemas of custom kinds as their authors wrote them, with the apiVersion, kind and metadata that every object has. Version 2 of
/// OpenAPI lacks some of what they may say: that is left out there.
/// </summary>
internal static class CustomSchemaWriter
{
    private static readonly string[] OnlyInVersion3 = ["anyOf", "oneOf", "not", "nullable", "default", "x-kubernetes-validations"];

    /// <summary>The members of the kind's definition, but for its group, version and kind.</summary>
    public static void WriteRoot(Utf8JsonWriter json, JsonSchema schema, OpenApiDialect dialect)
    {
        foreach (var (name, value) in schema.Source)
        {
            if (name is not ("properties" or "type" or "x-kubernetes-group-version-kind") && Says(name, dialect))
            {
                json.WritePropertyName(name);
                Write(json, value, dialect);
            }
        }

        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        WriteText(json, "apiVersion", "Version of the schema of this object.");
        WriteText(json, "kind", "Kind of this object.");
        WriteMetadata(json, dialect);
        if (schema.Source["properties"] is JsonObject properties)
        {
            foreach (var (name, property) in properties)
            {
                if (name is not ("apiVersion" or "kind" or "metadata"))
                {
                    json.WritePropertyName(name);
                    Write(json, property, dialect);
                }
            }
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string description)
    {
        json.WriteStartObject(name);
        json.WriteString("description", description);
        json.WriteString("type", "string");
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, OpenApiDialect dialect)
    {
        var reference = dialect.RefPrefix + TypeFacts.Of(nameof(V1ObjectMeta)).Name;
        json.WriteStartObject("metadata");
        json.WriteString("description", "Standard object's metadata.");
        if (dialect.IsVersion3)
        {
            json.WriteStartArray("allOf");
            json.WriteStartObject();
            json.WriteString("$ref", reference);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("$ref", reference);
        }

        json.WriteEndObject();
    }

    private static bool Says(string name, OpenApiDialect dialect) => dialect.IsVersion3 || !OnlyInVersion3.Contains(name, StringComparer.Ordinal);

    private static void Write(Utf8JsonWriter json, JsonNode? node, OpenApiDialect dialect)
    {
        if (node is null)
        {
            json.WriteNullValue();
        }
        else if (dialect.IsVersion3)
        {
            node.WriteTo(json);
        }
        else
        {
            WriteSchema(json, node, dialect);
        }
    }

    // Members of "properties" are names of fields, whatever they are called; all others are words of the schema.
    private static void WriteSchema(Utf8JsonWriter json, JsonNode node, OpenApiDialect dialect)
    {
        if (node is not JsonObject schema)
        {
            node.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var (word, value) in schema)
        {
            if (!Says(word, dialect))
            {
                continue;
            }

            json.WritePropertyName(word);
            if (word == "properties" && value is JsonObject fields)
            {
                json.WriteStartObject();
                foreach (var (field, fieldSchema) in fields)
                {
                    json.WritePropertyName(field);
                    Write(json, fieldSchema, dialect);
                }

                json.WriteEndObject();
            }
            else if (word is "items" or "additionalProperties" && value is not null)
            {
                WriteSchema(json, value, dialect);
            }
            else if (value is null)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }
}
