using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Decoding.Protobuf;

/// <summary>
/// Builds a tree of JSON nodes from an object in Kubernetes' protobuf encoding (<c>application/vnd.kubernetes.protobuf</c>): the bytes <c>k8s\0</c>, then a
/// <c>runtime.Unknown</c> with the type and the message. Go clients, kubectl 1.32 and later among them, send the built-in kinds so and do not fall back to JSON.
/// </summary>
internal sealed class ProtobufTree
{
    private const int MaxNodes = 200_000;

    private readonly int _maxDepth;
    private int _nodes;

    private ProtobufTree(int maxDepth) => _maxDepth = maxDepth;

    /// <exception cref="JsonException">Not this encoding, of a type that is not known, or over a limit.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        if (!bytes.StartsWith("k8s\0"u8))
        {
            throw new JsonException("protobuf: the body does not begin with the prefix of Kubernetes' encoding");
        }

        var envelope = new WireReader(bytes[4..]);
        ReadOnlySpan<byte> typeMeta = default, raw = default;
        while (!envelope.IsAtEnd)
        {
            var (number, wireType) = envelope.Tag();
            switch (number, wireType)
            {
                case (1, 2):
                    typeMeta = envelope.Bytes();
                    break;
                case (2, 2):
                    raw = envelope.Bytes();
                    break;
                default:
                    envelope.Skip(wireType);
                    break;
            }
        }

        var (apiVersion, kind) = TypeMeta(typeMeta);
        var result = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        new ProtobufTree(maxDepth).Members(raw, MessageSchemas.NameOf(apiVersion, kind), result, 1);
        return result;
    }

    private static (string ApiVersion, string Kind) TypeMeta(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        string apiVersion = "", kind = "";
        while (!reader.IsAtEnd)
        {
            switch (reader.Tag())
            {
                case (1, 2):
                    apiVersion = Text(reader.Bytes());
                    break;
                case (2, 2):
                    kind = Text(reader.Bytes());
                    break;
                case var (_, wireType):
                    reader.Skip(wireType);
                    break;
            }
        }

        return (apiVersion, kind);
    }

    private void Members(ReadOnlySpan<byte> bytes, string message, JsonObject result, int depth)
    {
        if (depth > _maxDepth || ++_nodes > MaxNodes)
        {
            throw new JsonException($"protobuf: nested deeper than {_maxDepth} levels, or more than {MaxNodes} values");
        }

        var fields = MessageSchemas.Find(message) ?? throw new JsonException($"protobuf: messages of type {message} are not supported; send JSON");
        var reader = new WireReader(bytes);
        while (!reader.IsAtEnd)
        {
            var (number, wireType) = reader.Tag();
            if (!fields.TryGetValue(number, out var field))
            {
                // What the sender's version has more than ours is passed over, as Kubernetes does with this encoding.
                reader.Skip(wireType);
                continue;
            }

            switch (field.Shape)
            {
                case FieldShape.Inline:
                    Members(reader.Bytes(), field.Type, result, depth + 1);
                    break;
                case FieldShape.Map:
                    Entry(reader.Bytes(), field, result, depth);
                    break;
                case FieldShape.List:
                    Child(result, field.Name, static () => new JsonArray()).Add(Value(ref reader, field.Type, wireType, depth));
                    break;
                default:
                    var value = Value(ref reader, field.Type, wireType, depth);
                    if (value is not null && (field.KeepsZero || !IsZero(value)))
                    {
                        result[field.Name] = value;
                    }

                    break;
            }
        }
    }

    private void Entry(ReadOnlySpan<byte> bytes, MessageField field, JsonObject result, int depth)
    {
        var reader = new WireReader(bytes);
        var key = "";
        JsonNode? value = field.Type is "string" or "bytes" ? "" : new JsonObject();
        while (!reader.IsAtEnd)
        {
            var (number, wireType) = reader.Tag();
            switch (number)
            {
                case 1:
                    key = Text(reader.Bytes());
                    break;
                case 2:
                    value = Value(ref reader, field.Type, wireType, depth);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        Child(result, field.Name, static () => new JsonObject())[key] = value;
    }

    private JsonNode? Value(ref WireReader reader, string type, int wireType, int depth)
    {
        var expected = type switch
        {
            "int" or "bool" => 0,
            "double" => 1,
            _ => 2,
        };
        if (wireType != expected)
        {
            throw new JsonException($"protobuf: a field of type {type} has wire type {wireType}");
        }

        if (++_nodes > MaxNodes)
        {
            throw new JsonException($"protobuf: more than {MaxNodes} values");
        }

        switch (type)
        {
            case "int":
                return Number(unchecked((long)reader.Varint()));
            case "bool":
                return JsonValue.Create(reader.Varint() != 0);
            case "double":
                return JsonValue.Create(JsonSerializer.SerializeToElement(reader.Double()));
            case "string":
                return JsonValue.Create(Text(reader.Bytes()));
            case "bytes":
                return JsonValue.Create(Convert.ToBase64String(reader.Bytes()));
            case "quantity":
                return JsonValue.Create(StringField(reader.Bytes(), 1));
            case "intorstring":
                return IntOrString(reader.Bytes());
            case "time":
                return Time(reader.Bytes(), "yyyy-MM-dd'T'HH:mm:ss'Z'");
            case "microtime":
                return Time(reader.Bytes(), "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
            case "rawjson":
                return JsonNode.Parse(StringField(reader.Bytes(), 1));
            default:
                var message = new JsonObject();
                Members(reader.Bytes(), type, message, depth + 1);
                return message;
        }
    }

    private static string StringField(ReadOnlySpan<byte> bytes, int wanted)
    {
        var reader = new WireReader(bytes);
        var text = "";
        while (!reader.IsAtEnd)
        {
            var (number, wireType) = reader.Tag();
            if (number == wanted && wireType == 2)
            {
                text = Text(reader.Bytes());
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return text;
    }

    private static JsonValue IntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, integer) = Integers(bytes);
        return isText == 1 ? JsonValue.Create(StringField(bytes, 3)) : Number(integer);
    }

    /// <summary>Null for the zero time, which says that there is none.</summary>
    private static JsonValue? Time(ReadOnlySpan<byte> bytes, string format)
    {
        var (seconds, nanos) = Integers(bytes);
        if (seconds == 0 && nanos == 0)
        {
            return null;
        }

        const long MaxSeconds = 253_402_300_799;
        if (seconds is < 0 or > MaxSeconds || nanos is < 0 or > 999_999_999)
        {
            throw new JsonException("protobuf: a time is out of range");
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / TimeSpan.NanosecondsPerTick);
        return JsonValue.Create(time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture));
    }

    /// <summary>The varints numbered 1 and 2 of a small message.</summary>
    private static (long First, long Second) Integers(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var values = (First: 0L, Second: 0L);
        while (!reader.IsAtEnd)
        {
            switch (reader.Tag())
            {
                case (1, 0):
                    values.First = unchecked((long)reader.Varint());
                    break;
                case (2, 0):
                    values.Second = unchecked((long)reader.Varint());
                    break;
                case var (_, wireType):
                    reader.Skip(wireType);
                    break;
            }
        }

        return values;
    }

    private static T Child<T>(JsonObject parent, string name, Func<T> make)
        where T : JsonNode
    {
        if (parent[name] is not T child)
        {
            parent[name] = child = make();
        }

        return child;
    }

    private static JsonValue Number(long value) => JsonValue.Create(JsonSerializer.SerializeToElement(value))!;

    private static bool IsZero(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>().Length == 0,
        JsonValueKind.False => true,
        JsonValueKind.Number => node is JsonValue value && value.TryGetValue<long>(out var number) && number == 0,
        _ => false,
    };

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
