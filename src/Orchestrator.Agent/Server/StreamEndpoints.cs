using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Streams;
using Orchestrator.Agent.Streams.Commands;
using Orchestrator.Agent.Streams.Ports;
using Orchestrator.Agent.Streams.Sockets;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.Agent.Server;

/// <summary>
/// Kubelet's paths for streams: <c>/exec</c> and <c>/attach/{namespace}/{pod}/{container}</c>, <c>/portForward/{namespace}/{pod}</c>. The runtime is asked
/// before the connection is upgraded, so that what it refuses is still an HTTP answer.
/// </summary>
internal sealed partial class StreamEndpoints(
    RunningContainers containers, StreamSessions sessions, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StreamEndpoints> logger)
{
    public Task ExecAsync(HttpContext context, string @namespace, string pod, string container) => ServeAsync(context, @namespace, pod, container, "exec", (target, cancel) =>
    {
        var command = context.Request.Query["command"].Select(c => c ?? "").ToArray();
        return CommandAsync(context, options => target.Runtime.ExecAsync(target.Container!.Id, command, options, cancel), cancel);
    });

    public Task AttachAsync(HttpContext context, string @namespace, string pod, string container) => ServeAsync(context, @namespace, pod, container, "attach", (target, cancel) =>
        CommandAsync(context, options => target.Runtime.AttachAsync(target.Container!.Id, options, cancel), cancel));

    public Task PortForwardAsync(HttpContext context, string @namespace, string pod) =>
        ServeAsync(context, @namespace, pod, null, "port-forward", (target, cancel) => PortsAsync(context, target, cancel));

    private async Task ServeAsync(HttpContext context, string podNamespace, string pod, string? container, string what, Func<StreamTarget, CancellationToken, Task> serve)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (!sessions.TryEnter())
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, $"the agent serves {StreamLimits.MaxSessions} streams already");
            return;
        }

        try
        {
            var (target, missing) = await containers.FindAsync(podNamespace, pod, container, what, over.Token);
            await (target is null ? PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, missing!) : serve(target, over.Token));
        }
        catch (Exception error) when (error is RuntimeRefusalException or RuntimeUnavailableException && !context.Response.HasStarted)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status500InternalServerError, error.Message);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested || context.Response.HasStarted)
        {
            // The client has gone, or the agent stops.
        }
        catch (IOException error) when (context.Response.HasStarted)
        {
            LogEnded(what, podNamespace, pod, error.Message);
        }
        finally
        {
            sessions.Leave();
        }
    }

    private async Task CommandAsync(HttpContext context, Func<CommandOptions, Task<ICommandSession>> open, CancellationToken cancel)
    {
        var query = context.Request.Query;
        var tty = Flag(query, "tty");
        // A terminal has one output.
        var options = new CommandOptions(Flag(query, "input"), Flag(query, "output"), Flag(query, "error") && !tty, tty);
        var socket = context.WebSockets.IsWebSocketRequest ? SocketProtocol.Negotiate(context.WebSockets.WebSocketRequestedProtocols, SocketProtocol.OfCommands) : null;
        var spdy = SpdySession.IsAsked(context.Request) ? SpdyCommandClient.Negotiate(context.Request) : null;
        if (socket is null && spdy is null)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, "unable to upgrade: no protocol that the client offers is spoken here");
            return;
        }

        await using var session = await open(options);
        await using ICommandClient client = socket is not null
            ? await SocketCommandClient.AcceptAsync(context, socket, options, time, cancel)
            : await SpdyCommandClient.AcceptAsync(context, spdy!, options, time, cancel);
        await CommandRelay.RunAsync(client, session, cancel);
    }

    private async Task PortsAsync(HttpContext context, StreamTarget target, CancellationToken cancel)
    {
        var isSocket = context.WebSockets.IsWebSocketRequest;
        var tunnelled = SpdyTunnel.IsAsked(context);
        var spdy = SpdySession.IsAsked(context.Request) ? SpdySession.Negotiate(context.Request, [SpdyPortForward.Protocol]) : null;
        var socket = isSocket && !tunnelled ? SocketProtocol.Negotiate(context.WebSockets.WebSocketRequestedProtocols, SocketProtocol.OfPorts) : null;
        if (!tunnelled && spdy is null && socket is null)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, "unable to upgrade: no protocol that the client offers is spoken here");
            return;
        }

        var numbers = socket is null ? [] : Ports(context.Request.Query);
        if (socket is not null && numbers is null or { Count: 0 or > SocketPortForward.MaxPorts })
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, $"query parameter \"port\" must name 1 to {SocketPortForward.MaxPorts} ports from 1 to 65535");
            return;
        }

        await using var ports = await target.Runtime.ForwardAsync(target.Sandbox.Id, cancel);
        if (socket is not null)
        {
            await SocketPortForward.RunAsync(context, socket, numbers!, ports, time, cancel);
            return;
        }

        await using var client = tunnelled ? await SpdyTunnel.AcceptAsync(context, time) : await SpdySession.AcceptAsync(context, spdy!, time);
        await SpdyPortForward.RunAsync(client, ports, cancel);
    }

    private static bool Flag(IQueryCollection query, string name) => query[name].ToString() is "1" or "true";

    /// <summary>Null where one is no port.</summary>
    private static List<int>? Ports(IQueryCollection query)
    {
        var ports = new List<int>();
        foreach (var text in query["port"].SelectMany(p => (p ?? "").Split(',')))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is <= 0 or > ushort.MaxValue)
            {
                return null;
            }

            ports.Add(port);
        }

        return ports;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{What} of pod {Namespace}/{Pod} ended: {Reason}")]
    private partial void LogEnded(string what, string @namespace, string pod, string reason);
}
