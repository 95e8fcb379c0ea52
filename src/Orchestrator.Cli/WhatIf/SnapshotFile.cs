using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Manifests;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.WhatIf;

/// <summary>
/// A saved cluster: a <c>v1 List</c> in JSON or YAML, as <c>--save-snapshot</c> writes it and as <c>kubectl get nodes,pods,... -A -o yaml</c> prints it.
/// </summary>
internal static class SnapshotFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, IndentSize = 2 };

    /// <exception cref="CommandFailedException">The file is missing or malformed.</exception>
    public static IReadOnlyList<JsonElement> Read(string path)
    {
        try
        {
            var text = path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path);
            return text.AsSpan().TrimStart().StartsWith("{") ? ReadJson(text) : ReadYaml(path, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"snapshot {path} cannot be read: {error.Message}", error);
        }
        catch (JsonException error)
        {
            throw new CommandFailedException($"snapshot {path} is not JSON: {error.Message}", error);
        }
    }

    /// <summary>Writes YAML where the name ends in <c>.yaml</c> or <c>.yml</c>, JSON otherwise.</summary>
    public static void Write(string path, IReadOnlyList<JsonElement> objects)
    {
        try
        {
            using var file = File.Create(path);
            if (Path.GetExtension(path) is ".yaml" or ".yml")
            {
                using var writer = new StreamWriter(file);
                YamlText.Write(writer, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. objects.Select(o => JsonObject.Create(o))]) });
                return;
            }

            using var json = new Utf8JsonWriter(file, Indented);
            json.WriteStartObject();
            json.WriteString("apiVersion", "v1");
            json.WriteString("kind", "List");
            json.WriteStartArray("items");
            foreach (var obj in objects)
            {
                obj.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"snapshot {path} cannot be written: {error.Message}", error);
        }
    }

    private static List<JsonElement> ReadJson(string text)
    {
        // Kept alive by its elements: they are all that the simulation is made of.
        var root = JsonDocument.Parse(text).RootElement;
        if (root.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            return [.. items.EnumerateArray().Select(item => WithKind(item, root))];
        }

        return [root];
    }

    // A list of one kind (PodList) names the kind once, and its items need not.
    private static JsonElement WithKind(JsonElement item, JsonElement list)
    {
        var kind = list.TryGetProperty("kind", out var named) ? named.GetString() ?? "" : "";
        if (item.TryGetProperty("kind", out _) || !kind.EndsWith("List", StringComparison.Ordinal))
        {
            return item;
        }

        var completed = JsonObject.Create(item)!;
        completed["kind"] = kind[..^"List".Length];
        return JsonSerializer.SerializeToElement(completed, WhatIfJson.Default.JsonObject);
    }

    private static List<JsonElement> ReadYaml(string path, string text) =>
        [.. ManifestReader.Read(path, new StringReader(text)).Select(m => JsonSerializer.SerializeToElement(m.Body, WhatIfJson.Default.JsonObject))];
}
