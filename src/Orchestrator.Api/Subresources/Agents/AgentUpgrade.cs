using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Subresources.Agents;

/// <summary>
/// Joins a client's connection with one to an agent once both have changed protocol. The API server only passes bytes on: SPDY and WebSocket
/// are spoken by the agent, which is of the same version as this server.
/// </summary>
internal sealed class AgentUpgrade(AgentEndpoints agents, IHostApplicationLifetime lifetime)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Headers that the two ends agree on their protocol with.</summary>
    private static readonly string[] RequestHeaders =
        ["Upgrade", "X-Stream-Protocol-Version", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol"];

    private static readonly string[] ResponseHeaders = ["Upgrade", "X-Stream-Protocol-Version", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];

    /// <summary>Lasts as long as the stream. What the agent refuses is returned.</summary>
    public async ValueTask<StatusError?> JoinAsync(ApiCall call, Uri uri)
    {
        if (call.Http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            return StatusErrors.BadRequest("Upgrade request required");
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel, lifetime.ApplicationStopping);
        try
        {
            using HttpRequestMessage request = Request(call.Http.Request, uri);
            using HttpResponseMessage response = await agents.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, over.Token);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
            {
                return await AgentRefusal.OfAsync(response, over.Token);
            }

            foreach (string name in ResponseHeaders)
            {
                if (response.Headers.TryGetValues(name, out IEnumerable<string>? values))
                {
                    call.Http.Response.Headers[name] = values.ToArray();
                }
            }

            await using Stream agent = await response.Content.ReadAsStreamAsync(over.Token);
            await using Stream client = await upgrade.UpgradeAsync();
            await JoinAsync(client, agent, over);
            return null;
        }
        catch (HttpRequestException e) when (!call.Http.Response.HasStarted)
        {
            return StatusErrors.InternalError($"the agent at {uri.Authority} cannot be reached: {e.InnerException?.Message ?? e.Message}");
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return null;
        }
    }

    private static HttpRequestMessage Request(HttpRequest from, Uri uri)
    {
        var request = new HttpRequestMessage(new HttpMethod(from.Method), uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Connection.Add("Upgrade");
        foreach (string name in RequestHeaders)
        {
            if (from.Headers.TryGetValue(name, out var values))
            {
                request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return request;
    }

    // Whichever side ends first ends both: what it said before has been passed on by then.
    private static async Task JoinAsync(Stream client, Stream agent, CancellationTokenSource over)
    {
        Task[] copies = [agent.CopyToAsync(client, BufferBytes, over.Token), client.CopyToAsync(agent, BufferBytes, over.Token)];
        await Task.WhenAny(copies);
        await over.CancelAsync();
        await Task.WhenAll(copies).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
