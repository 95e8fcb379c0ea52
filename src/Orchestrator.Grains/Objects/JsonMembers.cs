using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orchestrator.Grains.Objects;

/// <summary>Finds members and elements in UTF-8 JSON by their byte positions, so that one field can be changed with all others kept as they are.</summary>
internal static class JsonMembers
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 512 };

    /// <summary>Where the value of an object's member stands.</summary>
    /// <param name="json">The whole text.</param>
    /// <param name="obj">The object within it.</param>
    /// <param name="name">The member, UTF-8.</param>
    public static Span? Find(ReadOnlySpan<byte> json, Span obj, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(obj.Of(json), ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(name);
            reader.Read();
            int start = obj.Start + (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                return new Span(start, obj.Start + (int)reader.BytesConsumed - start);
            }
        }

        return null;
    }

    /// <summary>Where the elements of an array stand.</summary>
    public static List<Span> Elements(ReadOnlySpan<byte> json, Span array)
    {
        var elements = new List<Span>();
        var reader = new Utf8JsonReader(array.Of(json), ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return elements;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = array.Start + (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(new Span(start, array.Start + (int)reader.BytesConsumed - start));
        }

        return elements;
    }

    /// <summary>The text of a string member, or null where it is absent or something else.</summary>
    public static string? Text(ReadOnlySpan<byte> json, Span obj, ReadOnlySpan<byte> name)
    {
        if (Find(json, obj, name) is not { } value)
        {
            return null;
        }

        var reader = new Utf8JsonReader(value.Of(json), ReaderOptions);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    /// <summary>Whether the object or array has nothing in it.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> json, Span container)
    {
        var reader = new Utf8JsonReader(container.Of(json), ReaderOptions);
        reader.Read();
        reader.Read();
        return reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
    }
}

/// <summary>A range of bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Span(int Start, int Length)
{
    public int End => Start + Length;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}
