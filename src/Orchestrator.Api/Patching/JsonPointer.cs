namespace Orchestrator.Api.Patching;

/// <summary>A JSON pointer (RFC 6901), unescaped.</summary>
internal sealed record JsonPointer(IReadOnlyList<string> Segments)
{
    /// <summary>The last segment. Pointers to the whole document, which no patch may replace, are not parsed.</summary>
    public string Last => Segments[^1];

    public JsonPointer Parent => Prefix(Segments.Count - 1);

    public JsonPointer Prefix(int count) => new([.. Segments.Take(count)]);

    public bool IsPrefixOf(JsonPointer other) => Segments.Count < other.Segments.Count && Segments.SequenceEqual(other.Segments.Take(Segments.Count));

    public static bool TryParse(string text, out JsonPointer pointer)
    {
        pointer = new JsonPointer([]);
        if (!text.StartsWith('/'))
        {
            return false;
        }

        pointer = new JsonPointer(
        [
            .. text[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
        ]);
        return true;
    }

    public override string ToString() =>
        "/" + string.Join('/', Segments.Select(s => s.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));
}
