using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.Cli.Manifests;

/// <summary>One object of a manifest file.</summary>
/// <param name="Source">File name, for messages; <c>-</c> is standard input.</param>
/// <param name="Document">Number of the document in the file, from 1.</param>
internal sealed record Manifest(string Source, int Document, JsonObject Body)
{
    public string ApiVersion => Body["apiVersion"]!.GetValue<string>();

    public string Kind => Body["kind"]!.GetValue<string>();

    public string Name => Body["metadata"]!["name"]!.GetValue<string>();

    public string? Namespace => (string?)Body["metadata"]!["namespace"];
}

/// <summary>Reads manifests: YAML (which JSON is a part of), several documents to a file, <c>List</c> objects unfolded.</summary>
internal static class ManifestReader
{
    private const int MaxManifests = 10_000;

    /// <summary>Reads a file, every <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> of a directory in name order, or standard input for <c>-</c>.</summary>
    /// <exception cref="ManifestException">A file is missing or malformed; nothing should be applied then.</exception>
    public static IReadOnlyList<Manifest> ReadAll(IEnumerable<string> paths, TextReader standardInput) =>
        [.. paths.SelectMany(path => ReadPath(path, standardInput)).Take(MaxManifests)];

    /// <summary>Reads the text of one file.</summary>
    public static IReadOnlyList<Manifest> Read(string source, TextReader text) =>
        [.. Load(source, text).Documents.SelectMany((document, index) => Unfold(source, index + 1, document.RootNode))];

    /// <summary>Reads a file that holds one object of any form, such as a configuration, which has no name.</summary>
    /// <exception cref="ManifestException">The file is malformed, or holds something else.</exception>
    public static JsonObject ReadObject(string source, TextReader text) =>
        Load(source, text).Documents is [var only] && ToJson(only.RootNode, source) is JsonObject body
            ? body
            : throw new ManifestException($"{source}: must hold one object");

    private static YamlStream Load(string source, TextReader text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(text);
        }
        catch (YamlException error)
        {
            throw new ManifestException($"{source}:{error.Start.Line}:{error.Start.Column}: {error.Message}", error);
        }

        return stream;
    }

    private static IEnumerable<Manifest> ReadPath(string path, TextReader standardInput)
    {
        if (path == "-")
        {
            return Read("-", standardInput);
        }

        if (Directory.Exists(path))
        {
            return Directory.EnumerateFiles(path)
                .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" or ".json")
                .Order(StringComparer.Ordinal)
                .SelectMany(ReadFile);
        }

        return File.Exists(path) ? ReadFile(path) : throw new ManifestException($"{path}: no such file or directory");
    }

    private static IReadOnlyList<Manifest> ReadFile(string file)
    {
        using var text = File.OpenText(file);
        return Read(file, text);
    }

    private static IEnumerable<Manifest> Unfold(string source, int document, YamlNode root)
    {
        if (root is YamlScalarNode { Value: null or "" })
        {
            return [];
        }

        if (ToJson(root, source) is not JsonObject body)
        {
            throw new ManifestException($"{source}: document {document} is not an object");
        }

        if (body["kind"] is JsonValue kind && kind.ToString() == "List" && body["items"] is JsonArray items)
        {
            return [.. items.OfType<JsonObject>().Select(item => Checked(new Manifest(source, document, item.DeepClone().AsObject())))];
        }

        return [Checked(new Manifest(source, document, body))];
    }

    private static Manifest Checked(Manifest manifest)
    {
        foreach (var (field, value) in (ReadOnlySpan<(string, JsonNode?)>)
            [("apiVersion", manifest.Body["apiVersion"]), ("kind", manifest.Body["kind"]), ("metadata.name", (manifest.Body["metadata"] as JsonObject)?["name"])])
        {
            if (value is not JsonValue text || text.GetValueKind() != System.Text.Json.JsonValueKind.String || text.ToString().Length == 0)
            {
                throw new ManifestException($"{manifest.Source}: document {manifest.Document}: {field} must be a non-empty string");
            }
        }

        return manifest;
    }

    private static JsonNode? ToJson(YamlNode node, string source) => node switch
    {
        YamlMappingNode mapping => ToObject(mapping, source),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(item => ToJson(item, source))]),
        YamlScalarNode scalar => ToValue(scalar),
        _ => throw new ManifestException($"{source}:{node.Start.Line}: unsupported YAML node"),
    };

    private static JsonObject ToObject(YamlMappingNode mapping, string source)
    {
        var result = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                throw new ManifestException($"{source}:{key.Start.Line}: keys must be strings");
            }

            result[name] = ToJson(value, source);
        }

        return result;
    }

    // The JSON schema of YAML 1.2 plus the spellings of true, false and null that sigs.k8s.io/yaml takes; quoted scalars are strings.
    private static JsonValue? ToValue(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any))
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ when IsDecimal(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }

    private static bool IsDecimal(string text) => char.IsAsciiDigit(text[^1]) && text.All(c => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E');
}
