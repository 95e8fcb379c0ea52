using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Subresources.Agents;

/// <summary>What an agent answered instead of what was asked for, as a <c>Status</c>.</summary>
internal static class AgentRefusal
{
    private const int MaxMessageBytes = 4096;

    public static async ValueTask<StatusError> OfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        string message = await TextAsync(response, cancel);
        return (int)response.StatusCode switch
        {
            400 => StatusErrors.BadRequest(message),
            404 => new StatusError { Code = 404, Reason = "NotFound", Message = message },
            429 => StatusErrors.TooManyRequests with { Message = message },
            500 => StatusErrors.InternalError(message),
            _ => StatusErrors.InternalError($"the agent answered {(int)response.StatusCode}: {message}"),
        };
    }

    /// <summary>Its words.</summary>
    public static async ValueTask<string> TextAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        byte[] text = new byte[MaxMessageBytes];
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        int length = await body.ReadAtLeastAsync(text, MaxMessageBytes, throwOnEndOfStream: false, cancel);
        return System.Text.Encoding.UTF8.GetString(text, 0, length).Trim();
    }
}
