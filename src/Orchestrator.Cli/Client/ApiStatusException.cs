using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Client;

/// <summary>The API server refused a request with a Status; its message and, one per line, its causes become the message.</summary>
internal sealed class ApiStatusException(int code, string reason, string message) : CommandFailedException(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public static ApiStatusException From(int code, string body)
    {
        JsonObject? status = null;
        try
        {
            status = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            // Not a Status: a proxy's page, or a broken connection. The text itself is the best there is.
        }

        if (status?["kind"]?.GetValue<string>() != "Status")
        {
            return new ApiStatusException(code, "", $"the server answered {code}: {Shorten(body)}");
        }

        var reason = status["reason"]?.GetValue<string>() ?? "";
        return new ApiStatusException(code, reason, Describe(status, code));
    }

    private static string Describe(JsonObject status, int code)
    {
        var message = status["message"]?.GetValue<string>() ?? $"the server answered {code}";
        if (status["details"]?["causes"] is not JsonArray { Count: > 1 } causes)
        {
            return message;
        }

        // The message of an invalid object is one long line; with several causes a list is what can be worked through.
        var name = $"{status["details"]?["kind"]} \"{status["details"]?["name"]}\"";
        var text = new StringBuilder($"{name} has {causes.Count} errors:");
        foreach (var cause in causes.OfType<JsonObject>())
        {
            text.Append("\n  ").Append(cause["field"]).Append(": ").Append(cause["message"]);
        }

        return text.ToString();
    }

    private static string Shorten(string text) => text.Length <= 500 ? text : text[..500] + "...";
}
