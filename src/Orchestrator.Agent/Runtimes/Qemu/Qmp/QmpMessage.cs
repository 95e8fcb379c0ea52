using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Runtimes.Qemu.Qmp;

/// <summary>One line from QEMU (docs/interop/qmp-spec): the greeting, an answer, an error or an event.</summary>
internal abstract record QmpMessage
{
    internal sealed record Greeting(string Version) : QmpMessage;

    internal sealed record Answer(long Id, JsonElement Value) : QmpMessage;

    internal sealed record Failure(long Id, string ErrorClass, string Description) : QmpMessage;

    internal sealed record Event(string Name, JsonElement Data) : QmpMessage;

    /// <summary>Reads one line; null for what is not understood, which a client must ignore.</summary>
    public static QmpMessage? Parse(ReadOnlySpan<byte> line)
    {
        JsonElement root;
        try
        {
            var reader = new Utf8JsonReader(line);
            root = JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }

        return root.ValueKind != JsonValueKind.Object ? null
            : root.TryGetProperty("QMP", out var greeting) ? new Greeting(ReadVersion(greeting))
            : root.TryGetProperty("event", out var name) ? new Event(name.GetString() ?? "", root.TryGetProperty("data", out var data) ? data : default)
            : root.TryGetProperty("error", out var error) ? new Failure(ReadId(root), Text(error, "class"), Text(error, "desc"))
            : root.TryGetProperty("return", out var value) ? new Answer(ReadId(root), value)
            : null;
    }

    /// <summary>The line that asks for a command.</summary>
    public static byte[] Command(string name, JsonObject? arguments, long id)
    {
        var command = new JsonObject { ["execute"] = name, ["id"] = id };
        if (arguments is not null)
        {
            command["arguments"] = arguments;
        }

        return [.. System.Text.Encoding.UTF8.GetBytes(command.ToJsonString()), (byte)'\n'];
    }

    private static long ReadId(JsonElement root) =>
        root.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? number : -1;

    private static string Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) ? value.ToString() : "";

    private static string ReadVersion(JsonElement greeting) =>
        greeting.TryGetProperty("version", out var version) && version.TryGetProperty("qemu", out var qemu)
            ? $"{Text(qemu, "major")}.{Text(qemu, "minor")}.{Text(qemu, "micro")}"
            : "";
}
