using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Decoding;

/// <summary>
/// Builds a tree of nodes from UTF-8 in one pass. Unlike <see cref="JsonNode.Parse(ReadOnlySpan{byte}, JsonNodeOptions?, JsonDocumentOptions)"/> it takes
/// duplicate names (the last counts, and they can be reported) and can leave out null members, which mean the same as absent ones in objects of the API.
/// </summary>
internal static class JsonTree
{
    /// <summary>Most levels that a stored object may have.</summary>
    public const int StoredDepth = 256;

    /// <summary>Where a name was used more than once.</summary>
    internal readonly record struct Duplicate(JsonObject Parent, string Name);

    /// <exception cref="JsonException">Not JSON, more than one value, or nested too deeply.</exception>
    public static JsonNode? Parse(ReadOnlySequence<byte> utf8, int maxDepth, bool dropNulls, List<Duplicate>? duplicates = null)
    {
        var options = new JsonReaderOptions { MaxDepth = maxDepth };
        var reader = utf8.IsSingleSegment ? new Utf8JsonReader(utf8.FirstSpan, options) : new Utf8JsonReader(utf8, options);
        return ParseWhole(ref reader, dropNulls, duplicates);
    }

    /// <summary>A stored object. Stored objects were decoded with limits once; their depth is not checked again.</summary>
    public static JsonObject ParseStored(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = StoredDepth });
        return (JsonObject)ParseWhole(ref reader, dropNulls: false, duplicates: null)!;
    }

    /// <summary>Takes out the members that are null, at every depth.</summary>
    public static void DropNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var name in members.Where(m => m.Value is null).Select(m => m.Key).ToList())
                {
                    members.Remove(name);
                }

                foreach (var (_, value) in members)
                {
                    DropNulls(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    DropNulls(item);
                }

                break;
        }
    }

    private static JsonNode? ParseWhole(ref Utf8JsonReader reader, bool dropNulls, List<Duplicate>? duplicates)
    {
        reader.Read();
        var node = Value(ref reader, dropNulls, duplicates);
        if (reader.Read())
        {
            throw new JsonException("the body holds more than one JSON value");
        }

        return node;
    }

    private static JsonNode? Value(ref Utf8JsonReader reader, bool dropNulls, List<Duplicate>? duplicates) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(ref reader, dropNulls, duplicates),
        JsonTokenType.StartArray => Array(ref reader, dropNulls, duplicates),
        JsonTokenType.String => JsonValue.Create(reader.GetString()),
        JsonTokenType.True => JsonValue.Create(true),
        JsonTokenType.False => JsonValue.Create(false),
        JsonTokenType.Null => null,
        // Kept as an element: it converts to whichever number type a reader asks for, and is written out as it was sent.
        _ => JsonValue.Create(JsonElement.ParseValue(ref reader)),
    };

    private static JsonObject Object(ref Utf8JsonReader reader, bool dropNulls, List<Duplicate>? duplicates)
    {
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = Value(ref reader, dropNulls, duplicates);
            if (dropNulls && value is null)
            {
                continue;
            }

            if (!result.TryAdd(name, value))
            {
                duplicates?.Add(new Duplicate(result, name));
                result[name] = value;
            }
        }

        return result;
    }

    private static JsonArray Array(ref Utf8JsonReader reader, bool dropNulls, List<Duplicate>? duplicates)
    {
        var result = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            result.Add(Value(ref reader, dropNulls, duplicates));
        }

        return result;
    }
}
