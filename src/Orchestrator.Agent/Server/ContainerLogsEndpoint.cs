using Microsoft.AspNetCore.Http;
using Orchestrator.Agent.Logs;

namespace Orchestrator.Agent.Server;

/// <summary><c>GET /containerLogs/{namespace}/{pod}/{container}</c>, kubelet's path for logs.</summary>
internal static class ContainerLogsEndpoint
{
    public static async Task HandleAsync(HttpContext context, string @namespace, string pod, string container, ContainerLogs logs, LogReader reader, TimeProvider time)
    {
        LogQuery query;
        try
        {
            query = LogQuery.Parse(context.Request.Query, time);
        }
        catch (FormatException error)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, error.Message);
            return;
        }

        var (log, missing) = logs.Find(@namespace, pod, container, query.Previous);
        if (log is null)
        {
            await PlainAnswer.WriteAsync(context, missing!.Contains("waiting to start", StringComparison.Ordinal) || query.Previous ? StatusCodes.Status400BadRequest : StatusCodes.Status404NotFound, missing);
            return;
        }

        context.Response.ContentType = "text/plain";
        await context.Response.StartAsync(context.RequestAborted);
        // A follower sees the headers before the first line.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        try
        {
            await reader.CopyAsync(log.Files, query, context.Response.Body, log.MayGrow, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader went away, which is how following usually ends.
        }
    }
}
