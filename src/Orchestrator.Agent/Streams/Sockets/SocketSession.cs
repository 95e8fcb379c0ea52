using Microsoft.AspNetCore.Http;

namespace Orchestrator.Agent.Streams.Sockets;

/// <summary>A client's connection that has become a WebSocket with channels, read from the beginning.</summary>
internal sealed class SocketSession : IAsyncDisposable
{
    private readonly ChannelSocket _socket;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reading;

    private SocketSession(ChannelSocket socket, SocketProtocol protocol, TimeProvider time)
    {
        _time = time;
        _socket = socket;
        Protocol = protocol;
        _reading = ReadAsync();
    }

    public SocketProtocol Protocol { get; }

    /// <summary>Signalled when the client has closed the connection, or has been given up.</summary>
    public CancellationToken Gone => _gone.Token;

    public ByteChannel this[int channel] => _socket[channel];

    public static async Task<SocketSession> AcceptAsync(HttpContext context, SocketProtocol protocol, int channels, TimeProvider time)
    {
        var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = protocol.Name.Length == 0 ? null : protocol.Name,
            KeepAliveInterval = StreamLimits.KeepAlive,
        });
        return new SocketSession(new ChannelSocket(socket, protocol, channels), protocol, time);
    }

    public async Task FinishAsync(CancellationToken cancel)
    {
        await _socket.CloseAsync(cancel);
        await Task.WhenAny(_reading, Task.Delay(StreamLimits.Lingering, _time, cancel));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _socket.DisposeAsync();
        _over.Dispose();
        _gone.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await _socket.RunAsync(_over.Token);
        }
        finally
        {
            await _gone.CancelAsync();
        }
    }
}
