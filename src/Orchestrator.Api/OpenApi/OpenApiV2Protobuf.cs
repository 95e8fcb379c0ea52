using System.Text.Json;

namespace Orchestrator.Api.OpenApi;

/// <summary>
/// OpenAPI 2 from JSON to <c>openapi.v2.Document</c> (github.com/google/gnostic-models, OpenAPIv2.proto): the numbers are that file's. Holds what
/// our own documents consist of, not all that the format could.
/// </summary>
internal static class OpenApiV2Protobuf
{
    public static byte[] Encode(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 256 });
        var root = json.RootElement;
        var message = new ProtobufMessage();
        message.Write(1, root.GetProperty("swagger").GetString()!);
        var info = new ProtobufMessage();
        info.Write(1, root.GetProperty("info").GetProperty("title").GetString()!);
        info.Write(2, root.GetProperty("info").GetProperty("version").GetString()!);
        message.Write(2, info);
        message.Write(8, Named(root.GetProperty("paths"), 2, PathItem));
        message.Write(9, Named(root.GetProperty("definitions"), 1, SchemaToProtobuf.Schema));
        return message.ToArray();
    }

    /// <summary>A JSON object as a list of pairs of name (1) and value (2).</summary>
    internal static ProtobufMessage Named(JsonElement members, int field, Func<JsonElement, ProtobufMessage> value)
    {
        var message = new ProtobufMessage();
        foreach (var member in members.EnumerateObject())
        {
            var pair = new ProtobufMessage();
            pair.Write(1, member.Name);
            pair.Write(2, value(member.Value));
            message.Write(field, pair);
        }

        return message;
    }

    private static ProtobufMessage PathItem(JsonElement item)
    {
        var message = new ProtobufMessage();
        foreach (var member in item.EnumerateObject())
        {
            switch (member.Name)
            {
                case "get":
                    message.Write(2, Operation(member.Value));
                    break;
                case "put":
                    message.Write(3, Operation(member.Value));
                    break;
                case "post":
                    message.Write(4, Operation(member.Value));
                    break;
                case "delete":
                    message.Write(5, Operation(member.Value));
                    break;
                case "patch":
                    message.Write(8, Operation(member.Value));
                    break;
                case "parameters":
                    WriteParameters(message, 9, member.Value);
                    break;
                default:
                    throw new InvalidOperationException($"there is no {member.Name} in a path of OpenAPI 2");
            }
        }

        return message;
    }

    private static ProtobufMessage Operation(JsonElement operation)
    {
        var message = new ProtobufMessage();
        foreach (var member in operation.EnumerateObject())
        {
            switch (member.Name)
            {
                case "tags":
                    SchemaToProtobuf.WriteTexts(message, 1, member.Value);
                    break;
                case "description":
                    message.Write(3, member.Value.GetString()!);
                    break;
                case "operationId":
                    message.Write(5, member.Value.GetString()!);
                    break;
                case "produces":
                    SchemaToProtobuf.WriteTexts(message, 6, member.Value);
                    break;
                case "consumes":
                    SchemaToProtobuf.WriteTexts(message, 7, member.Value);
                    break;
                case "parameters":
                    WriteParameters(message, 8, member.Value);
                    break;
                case "responses":
                    message.Write(9, Named(member.Value, 1, Response));
                    break;
                case "schemes":
                    SchemaToProtobuf.WriteTexts(message, 10, member.Value);
                    break;
                default:
                    SchemaToProtobuf.WriteExtension(message, 13, member);
                    break;
            }
        }

        return message;
    }

    private static ProtobufMessage Response(JsonElement response)
    {
        var message = new ProtobufMessage();
        message.Write(1, response.GetProperty("description").GetString()!);
        if (response.TryGetProperty("schema", out var schema))
        {
            message.Write(2, Within(1, SchemaToProtobuf.Schema(schema)));
        }

        return Within(1, message);
    }

    private static void WriteParameters(ProtobufMessage message, int field, JsonElement parameters)
    {
        foreach (var parameter in parameters.EnumerateArray())
        {
            // A ParametersItem is a Parameter (1), which is of a body (1) or not (2).
            message.Write(field, Within(1, parameter.GetProperty("in").GetString() switch
            {
                "body" => Within(1, BodyParameter(parameter)),
                "path" => Within(2, Within(4, PlainParameter(parameter, type: 5, uniqueItems: 19))),
                _ => Within(2, Within(3, PlainParameter(parameter, type: 6, uniqueItems: 20))),
            }));
        }
    }

    private static ProtobufMessage BodyParameter(JsonElement parameter)
    {
        var message = new ProtobufMessage();
        message.Write(2, parameter.GetProperty("name").GetString()!);
        message.Write(3, "body");
        message.Write(4, parameter.GetProperty("required").GetBoolean());
        message.Write(5, SchemaToProtobuf.Schema(parameter.GetProperty("schema")));
        return message;
    }

    private static ProtobufMessage PlainParameter(JsonElement parameter, int type, int uniqueItems)
    {
        var message = new ProtobufMessage();
        message.Write(1, parameter.TryGetProperty("required", out var required) && required.GetBoolean());
        message.Write(2, parameter.GetProperty("in").GetString()!);
        message.Write(3, parameter.GetProperty("description").GetString()!);
        message.Write(4, parameter.GetProperty("name").GetString()!);
        message.Write(type, parameter.GetProperty("type").GetString()!);
        message.Write(uniqueItems, parameter.GetProperty("uniqueItems").GetBoolean());
        return message;
    }

    private static ProtobufMessage Within(int field, ProtobufMessage inner)
    {
        var message = new ProtobufMessage();
        message.Write(field, inner);
        return message;
    }
}
