using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api.Responses;

/// <summary>Writes <c>Status</c> objects.</summary>
public static class StatusWriter
{
    /// <summary>Answers the request with the error. Does nothing to the body where the response has already begun.</summary>
    public static async ValueTask WriteAsync(HttpContext context, StatusError error)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer, error);
        if (error.Details is { RetryAfterSeconds: > 0 } details)
        {
            context.Response.Headers.RetryAfter = details.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        // Copied, because the buffer belongs to this thread and the write may end on another.
        await JsonResponse.WriteAsync(context, error.Code, buffer.Written.ToArray());
    }

    internal static void Write(Utf8JsonWriter json, StatusError error)
    {
        json.WriteStartObject();
        json.WriteString("kind", "Status");
        json.WriteString("apiVersion", "v1");
        json.WriteStartObject("metadata");
        WriteOptional(json, "continue", error.Continue);
        json.WriteEndObject();
        json.WriteString("status", "Failure");
        json.WriteString("message", error.Message);
        WriteOptional(json, "reason", error.Reason);
        if (error.Details is { } details)
        {
            WriteDetails(json, details);
        }

        json.WriteNumber("code", error.Code);
        json.WriteEndObject();
    }

    /// <summary>The answer to a deletion that is done.</summary>
    internal static byte[] Success(StatusDetails details)
    {
        using var buffer = JsonBuffer.Rent();
        var json = buffer.Writer;
        json.WriteStartObject();
        json.WriteString("kind", "Status");
        json.WriteString("apiVersion", "v1");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteString("status", "Success");
        WriteDetails(json, details);
        json.WriteEndObject();
        return buffer.Written.ToArray();
    }

    private static void WriteDetails(Utf8JsonWriter json, StatusDetails details)
    {
        json.WriteStartObject("details");
        WriteOptional(json, "name", details.Name);
        WriteOptional(json, "group", details.Group);
        WriteOptional(json, "kind", details.Kind);
        WriteOptional(json, "uid", details.Uid);
        if (details.Causes.Count > 0)
        {
            json.WriteStartArray("causes");
            foreach (var cause in details.Causes)
            {
                json.WriteStartObject();
                json.WriteString("reason", cause.Reason);
                json.WriteString("message", cause.Message);
                WriteOptional(json, "field", cause.Path);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (details.RetryAfterSeconds > 0)
        {
            json.WriteNumber("retryAfterSeconds", details.RetryAfterSeconds);
        }

        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
