using System.Buffers.Text;
using System.Text.Json;

namespace Orchestrator.Store;

/// <summary>
/// Puts <c>metadata.resourceVersion</c> into, and takes it out of, the UTF-8 JSON of an object, leaving every other byte as it is.
/// Bodies are stored without it, because the revision is only known at commit.
/// </summary>
public static class RevisionSplice
{
    /// <summary>Schemas of custom resources nest deeper than the reader's default of 64.</summary>
    internal static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 512 };

    private const int MaxRevisionDigits = 19;

    /// <summary>Inserts the revision as the first member of <c>metadata</c>.</summary>
    /// <exception cref="JsonException">Not a JSON object with an object <c>metadata</c>.</exception>
    public static byte[] Insert(ReadOnlySpan<byte> json, long revision)
    {
        var (position, isEmpty) = FindMetadata(json);
        return InsertAt(json, position, isEmpty, revision);
    }

    /// <summary>Removes <c>metadata.resourceVersion</c>, wherever in <c>metadata</c> it stands; a copy where there is none.</summary>
    /// <exception cref="JsonException">Not a JSON object.</exception>
    public static byte[] Strip(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        if (!TryEnterMetadata(ref reader))
        {
            return json.ToArray();
        }

        var afterPrevious = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isRevision = reader.ValueTextEquals("resourceVersion"u8);
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (isRevision)
            {
                return Cut(json, start, end, afterPrevious);
            }

            afterPrevious = end;
        }

        return json.ToArray();
    }

    /// <summary>Gives the object another revision.</summary>
    public static byte[] Replace(ReadOnlySpan<byte> json, long revision) => Insert(Strip(json), revision);

    /// <summary>Inserts at a known position: just behind the opening brace of <c>metadata</c>.</summary>
    internal static byte[] InsertAt(ReadOnlySpan<byte> json, int position, bool metadataIsEmpty, long revision)
    {
        ReadOnlySpan<byte> prefix = "\"resourceVersion\":\""u8;
        Span<byte> digits = stackalloc byte[MaxRevisionDigits];
        Utf8Formatter.TryFormat(revision, digits, out var digitCount);
        var inserted = prefix.Length + digitCount + (metadataIsEmpty ? 1 : 2);

        var result = new byte[json.Length + inserted];
        var rest = result.AsSpan();
        json[..position].CopyTo(rest);
        rest = rest[position..];
        prefix.CopyTo(rest);
        rest = rest[prefix.Length..];
        digits[..digitCount].CopyTo(rest);
        rest = rest[digitCount..];
        rest[0] = (byte)'"';
        if (!metadataIsEmpty)
        {
            rest[1] = (byte)',';
        }

        json[position..].CopyTo(result.AsSpan(position + inserted));
        return result;
    }

    private static (int Position, bool IsEmpty) FindMetadata(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        if (!TryEnterMetadata(ref reader))
        {
            throw new JsonException("the object has no metadata");
        }

        var position = (int)reader.BytesConsumed;
        reader.Read();
        return (position, reader.TokenType == JsonTokenType.EndObject);
    }

    /// <summary>Leaves the reader on the opening brace of <c>metadata</c>.</summary>
    private static bool TryEnterMetadata(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isMetadata)
            {
                return reader.TokenType == JsonTokenType.StartObject;
            }

            reader.Skip();
        }

        return false;
    }

    /// <summary>Cuts the member with the comma behind it, or, if it is the last, with the comma before it.</summary>
    private static byte[] Cut(ReadOnlySpan<byte> json, int start, int end, int afterPrevious)
    {
        var next = end;
        while (json[next] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            next++;
        }

        if (json[next] == ',')
        {
            end = next + 1;
        }
        else if (afterPrevious >= 0)
        {
            start = afterPrevious;
        }

        return [.. json[..start], .. json[end..]];
    }
}
