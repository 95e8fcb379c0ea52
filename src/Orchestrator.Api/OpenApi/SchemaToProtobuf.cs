using System.Text.Json;

namespace Orchestrator.Api.OpenApi;

/// <summary>One schema of OpenAPI 2 as <c>openapi.v2.Schema</c>.</summary>
internal static class SchemaToProtobuf
{
    private const int Extension = 31;

    private static readonly Dictionary<string, int> Texts = new(StringComparer.Ordinal)
    {
        ["$ref"] = 1,
        ["format"] = 2,
        ["title"] = 3,
        ["description"] = 4,
        ["pattern"] = 13,
        ["discriminator"] = 26,
    };

    private static readonly Dictionary<string, int> Numbers = new(StringComparer.Ordinal)
    {
        ["multipleOf"] = 6,
        ["maximum"] = 7,
        ["minimum"] = 9,
    };

    private static readonly Dictionary<string, int> Counts = new(StringComparer.Ordinal)
    {
        ["maxLength"] = 11,
        ["minLength"] = 12,
        ["maxItems"] = 14,
        ["minItems"] = 15,
        ["maxProperties"] = 17,
        ["minProperties"] = 18,
    };

    private static readonly Dictionary<string, int> Flags = new(StringComparer.Ordinal)
    {
        ["exclusiveMaximum"] = 8,
        ["exclusiveMinimum"] = 10,
        ["uniqueItems"] = 16,
        ["readOnly"] = 27,
    };

    public static ProtobufMessage Schema(JsonElement schema)
    {
        var message = new ProtobufMessage();
        foreach (var member in schema.EnumerateObject())
        {
            WriteMember(message, member);
        }

        return message;
    }

    /// <summary>A value as <c>Any</c>: its JSON, which is YAML too.</summary>
    public static ProtobufMessage Any(JsonElement value)
    {
        var message = new ProtobufMessage();
        message.Write(2, value.GetRawText());
        return message;
    }

    public static void WriteExtension(ProtobufMessage message, int field, JsonProperty member)
    {
        var pair = new ProtobufMessage();
        pair.Write(1, member.Name);
        pair.Write(2, Any(member.Value));
        message.Write(field, pair);
    }

    public static void WriteTexts(ProtobufMessage message, int field, JsonElement texts)
    {
        foreach (var text in texts.EnumerateArray())
        {
            message.Write(field, text.GetString()!);
        }
    }

    private static void WriteMember(ProtobufMessage message, JsonProperty member)
    {
        var (name, value) = (member.Name, member.Value);
        if (Texts.TryGetValue(name, out var field))
        {
            message.Write(field, value.GetString() ?? "");
        }
        else if (Numbers.TryGetValue(name, out field))
        {
            message.Write(field, value.GetDouble());
        }
        else if (Counts.TryGetValue(name, out field))
        {
            message.Write(field, value.GetInt64());
        }
        else if (Flags.TryGetValue(name, out field))
        {
            message.Write(field, value.GetBoolean());
        }
        else if (name.StartsWith("x-", StringComparison.Ordinal))
        {
            WriteExtension(message, Extension, member);
        }
        else
        {
            WriteComposite(message, name, value);
        }
    }

    private static void WriteComposite(ProtobufMessage message, string name, JsonElement value)
    {
        switch (name)
        {
            case "default":
                message.Write(5, Any(value));
                break;
            case "required":
                WriteTexts(message, 19, value);
                break;
            case "enum":
                foreach (var allowed in value.EnumerateArray())
                {
                    message.Write(20, Any(allowed));
                }

                break;
            case "additionalProperties":
                message.Write(21, AdditionalProperties(value));
                break;
            case "type":
                var type = new ProtobufMessage();
                type.Write(1, value.GetString()!);
                message.Write(22, type);
                break;
            case "items":
                var items = new ProtobufMessage();
                items.Write(1, Schema(value));
                message.Write(23, items);
                break;
            case "allOf":
                foreach (var part in value.EnumerateArray())
                {
                    message.Write(24, Schema(part));
                }

                break;
            case "properties":
                message.Write(25, OpenApiV2Protobuf.Named(value, 1, Schema));
                break;
            case "example":
                message.Write(30, Any(value));
                break;
            // Authors of custom kinds may write words that the format has no place for (id, $schema, externalDocs): they say nothing that clients use.
            default:
                break;
        }
    }

    private static ProtobufMessage AdditionalProperties(JsonElement value)
    {
        var message = new ProtobufMessage();
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            message.Write(2, value.GetBoolean());
        }
        else
        {
            message.Write(1, Schema(value));
        }

        return message;
    }
}
