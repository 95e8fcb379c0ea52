using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.Logs;

/// <summary><c>GET pods/NAME/log</c>: passed on from the agent of the pod's node as it comes, without end where <c>follow</c> is set.</summary>
internal sealed class PodLog(IObjectStore store, AgentEndpoints agents, IHostApplicationLifetime lifetime) : ISubresource
{
    /// <summary>Query parameters that the agent understands as they are.</summary>
    private static readonly string[] PassedOn = ["follow", "limitBytes", "previous", "sinceSeconds", "sinceTime", "tailLines", "timestamps"];

    public string Resource => "pods";

    public string Name => "log";

    public string Kind => "Pod";

    public IReadOnlyList<string> Verbs { get; } = ["get"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (store.Get(call.Key) is not { } stored)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        if (LogQuery.Validate(call.Request) is { Count: > 0 } errors)
        {
            return StatusErrors.Invalid(call.Kind, call.Request.Name, errors);
        }

        JsonObject pod = JsonTree.ParseStored(stored.Json);
        Outcome<string> container = ContainerChoice.Of(pod, call.Request.QueryValue("container"));
        if (container.Failed)
        {
            return container.Error;
        }

        if (LogTarget.Unavailable(pod, container.Value, call.Request.QueryFlag("previous")) is { } unavailable)
        {
            return StatusErrors.BadRequest(unavailable);
        }

        Outcome<Uri> agent = agents.Find(pod.Child("spec").Text("nodeName"));
        return agent.Failed ? agent.Error : await PassOnAsync(call, agent.Value, container.Value);
    }

    private async ValueTask<StatusError?> PassOnAsync(ApiCall call, Uri agent, string container)
    {
        string[] query = [.. PassedOn
            .Where(name => call.Request.QueryValue(name).Length > 0)
            .Select(name => $"{name}={Uri.EscapeDataString(call.Request.QueryValue(name))}")];
        string path = $"containerLogs/{call.Request.Namespace}/{call.Request.Name}/{container}";
        var uri = new Uri(agent, query.Length == 0 ? path : $"{path}?{string.Join('&', query)}");
        // A followed log would keep a stopping server waiting.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel, lifetime.ApplicationStopping);
        try
        {
            using HttpResponseMessage response = await agents.Client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ended.Token);
            if (!response.IsSuccessStatusCode)
            {
                return await AgentRefusal.OfAsync(response, ended.Token);
            }

            await StreamAsync(call.Http, response, ended.Token);
            return null;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return StatusErrors.ServiceUnavailable("the server is stopping");
        }
        catch (HttpRequestException e) when (!call.Http.Response.HasStarted)
        {
            return StatusErrors.InternalError($"the agent at {agent.Authority} cannot be reached: {e.InnerException?.Message ?? e.Message}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException && call.Http.Response.HasStarted)
        {
            // The agent went away in the middle: cutting the connection is the only way left to tell the client.
            call.Http.Abort();
            return null;
        }
    }

    private static async Task StreamAsync(HttpContext http, HttpResponseMessage response, CancellationToken cancel)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "text/plain";
        await http.Response.StartAsync(cancel);
        await using Stream lines = await response.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[32 * 1024];
        int read;
        while ((read = await lines.ReadAsync(buffer, cancel)) > 0)
        {
            // Each piece is flushed: who follows a log waits for the next line, not for a full buffer.
            await http.Response.BodyWriter.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
    }
}
