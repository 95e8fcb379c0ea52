using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Server;

/// <summary>
/// <c>GET /tunnel/{namespace}/{pod}/{port}</c> with <c>Upgrade: tcp</c>: a connection to a port of the pod, as bytes. By it the API server, which is on no pod
/// network, serves the proxies of pods and services.
/// </summary>
internal sealed class TunnelEndpoint(AgentOptions options, PodRegistry registry, NodeInventory inventory, StreamSessions sessions, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const string Protocol = "tcp";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public async Task ServeAsync(HttpContext context, string @namespace, string pod, int port)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || port is <= 0 or > ushort.MaxValue)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, "this takes an upgrade to tcp, and a port from 1 to 65535");
            return;
        }

        var (address, missing) = Find(@namespace, pod);
        if (address is null)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, missing!);
            return;
        }

        if (!sessions.TryEnter())
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, $"the agent serves {StreamLimits.MaxSessions} streams already");
            return;
        }

        try
        {
            await ConnectAsync(context, upgrade, new IPEndPoint(address, port));
        }
        finally
        {
            sessions.Leave();
        }
    }

    private async Task ConnectAsync(HttpContext context, IHttpUpgradeFeature upgrade, IPEndPoint target)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(ConnectTimeout, time);
        using var connecting = CancellationTokenSource.CreateLinkedTokenSource(over.Token, limit.Token);
        try
        {
            await socket.ConnectAsync(target, connecting.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException && !over.IsCancellationRequested)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status500InternalServerError, $"dial tcp {target}: {(error is SocketException ? error.Message : "timed out")}");
            return;
        }

        context.Response.Headers.Upgrade = Protocol;
        await using var client = await upgrade.UpgradeAsync();
        await using var pod = new NetworkStream(socket, ownsSocket: false);
        try
        {
            await JoinAsync(client, pod, socket, over);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Either side may end a connection at any time.
        }
    }

    /// <summary>What the client has said is passed on as its end; the connection is over when the pod has said all.</summary>
    private static async Task JoinAsync(Stream client, NetworkStream pod, Socket socket, CancellationTokenSource over)
    {
        var up = Task.Run(
            async () =>
            {
                await client.CopyToAsync(pod, over.Token);
                socket.Shutdown(SocketShutdown.Send);
            },
            CancellationToken.None);
        await pod.CopyToAsync(client, over.Token);
        await over.CancelAsync();
        await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private (IPAddress? Address, string? Missing) Find(string podNamespace, string podName)
    {
        if (registry.Find(podNamespace, podName) is not { } pod)
        {
            return (null, $"pod does not exist: \"{podName}\" is not on this node");
        }

        var ip = pod.Spec.HostNetwork == true
            ? options.NodeIp
            : inventory.Latest.Runtimes.SelectMany(r => r.Sandboxes).FirstOrDefault(s => s.PodUid == pod.Metadata.Uid && s.Ready)?.Ip;
        return IPAddress.TryParse(ip, out var address) ? (address, null) : (null, $"pod \"{podName}\" is on no network");
    }
}
