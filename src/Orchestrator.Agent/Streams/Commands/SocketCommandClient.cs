using Microsoft.AspNetCore.Http;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Streams.Sockets;

namespace Orchestrator.Agent.Streams.Commands;

/// <summary>A client that speaks WebSocket: kubectl from 1.31 on, and most libraries.</summary>
internal sealed class SocketCommandClient : ICommandClient
{
    // Fixed numbers of the subprotocols.
    private const int Stdin = 0;
    private const int Stdout = 1;
    private const int Stderr = 2;
    private const int Error = 3;
    private const int Resize = 4;
    private const int Channels = 5;

    private readonly SocketSession _session;

    private SocketCommandClient(SocketSession session, CommandOptions options)
    {
        _session = session;
        Streams = new CommandStreams(
            options.Stdin ? session[Stdin] : null,
            options.Stdout ? session[Stdout] : null,
            options.Stderr ? session[Stderr] : null,
            options.Tty ? session[Resize] : null,
            session[Error]);
    }

    public CommandStreams Streams { get; }

    public bool HasStatus => _session.Protocol.HasStatus;

    public CancellationToken Gone => _session.Gone;

    public static async Task<SocketCommandClient> AcceptAsync(HttpContext context, SocketProtocol protocol, CommandOptions options, TimeProvider time, CancellationToken cancel)
    {
        var session = await SocketSession.AcceptAsync(context, protocol, Channels, time);
        var client = new SocketCommandClient(session, options);
        // An empty message tells clients that wait for a first one that the command runs; Kubernetes sends it too.
        await (client.Streams.Stdout ?? client.Streams.Stderr ?? client.Streams.Error).WriteAsync(default, cancel);
        return client;
    }

    public Task FinishAsync(CancellationToken cancel) => _session.FinishAsync(cancel);

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
