namespace Orchestrator.Api.OpenApi;

/// <summary>
/// What the XML documentation of the API's types says of them and of their fields, embedded when the API is built. Two megabytes of text: read
/// while documents are made, and let go with the reference to it.
/// </summary>
internal sealed class Descriptions
{
    private static readonly WeakReference<Descriptions?> Last = new(null);

    private readonly Dictionary<string, string> _texts;

    private Descriptions(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>The texts, read again only where nobody holds them any more.</summary>
    public static Descriptions Load()
    {
        if (Last.TryGetTarget(out var loaded))
        {
            return loaded;
        }

        // Properties are looked up by their JSON names, which differ from the CLR's in the case of letters.
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var source in (ReadOnlySpan<string>)["KubernetesClient.descriptions.txt", "Orchestrator.Model.descriptions.txt"])
        {
            Read(source, texts);
        }

        loaded = new Descriptions(texts);
        Last.SetTarget(loaded);
        return loaded;
    }

    /// <param name="typeName">Name of the CLR type, without its namespace.</param>
    public string? OfType(string typeName) => _texts.GetValueOrDefault(typeName);

    /// <param name="typeName">Name of the CLR type, without its namespace.</param>
    /// <param name="field">JSON name.</param>
    public string? OfField(string typeName, string field)
    {
        var name = $"{typeName}.{field.Replace("-", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal)}";
        // The client names those that would be keywords (continue, namespace, default) so.
        return _texts.GetValueOrDefault(name) ?? _texts.GetValueOrDefault($"{name}Property");
    }

    private static void Read(string source, Dictionary<string, string> texts)
    {
        using var resource = typeof(Descriptions).Assembly.GetManifestResourceStream(source) ?? throw new InvalidOperationException($"{source} is not embedded");
        using var lines = new StreamReader(resource);
        while (lines.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab < 0 || tab == line.Length - 1)
            {
                continue;
            }

            var segments = line[2..tab].Split('.');
            texts.TryAdd(line[0] == 'P' ? $"{segments[^2]}.{segments[^1]}" : segments[^1], line[(tab + 1)..]);
        }
    }
}
