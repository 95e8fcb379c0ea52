using Microsoft.AspNetCore.Http;

namespace Orchestrator.Agent.Server;

/// <summary>What the agent answers besides what was asked for: one line of text, which the API server puts into a <c>Status</c>.</summary>
internal static class PlainAnswer
{
    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(message + "\n", context.RequestAborted);
    }
}
