using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Orchestrator.Agent.Streams.Sockets;

/// <summary>Numbered channels over one WebSocket (Kubernetes' <c>channel.k8s.io</c> subprotocols).</summary>
internal sealed class ChannelSocket : IAsyncDisposable
{
    /// <summary>Longest base64 message: it has to be held whole. Binary ones are passed on in pieces.</summary>
    public const int MaxTextMessageBytes = 256 * 1024;

    private const byte CloseChannel = 255;
    private const int MaxDataBytes = 32 * 1024;

    private readonly WebSocket _socket;
    private readonly SocketProtocol _protocol;
    private readonly SocketChannel[] _channels;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _message = new byte[1 + MaxDataBytes];

    public ChannelSocket(WebSocket socket, SocketProtocol protocol, int channels)
    {
        _socket = socket;
        _protocol = protocol;
        _channels = [.. Enumerable.Range(0, channels).Select(i => new SocketChannel(this, (byte)i))];
    }

    public ByteChannel this[int number] => _channels[number];

    /// <summary>Reads messages until the client closes. Then every channel has ended.</summary>
    /// <exception cref="IOException">The client does not keep to the subprotocol, or the connection broke.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var buffer = new byte[_protocol.IsBase64 ? MaxTextMessageBytes : MaxDataBytes];
            while (await ReadMessageAsync(buffer, cancel))
            {
            }
        }
        catch (WebSocketException error)
        {
            throw new IOException(error.Message, error);
        }
        finally
        {
            foreach (var channel in _channels)
            {
                channel.ReceiveEnd();
            }
        }
    }

    /// <summary>Says goodbye; the client answers in <see cref="RunAsync"/>.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
            }
        }
        catch (WebSocketException error)
        {
            throw new IOException(error.Message, error);
        }
        finally
        {
            _writing.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    internal async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        do
        {
            var piece = data[..Math.Min(data.Length, MaxDataBytes)];
            data = data[piece.Length..];
            await _writing.WaitAsync(cancel);
            try
            {
                await SendPieceAsync(channel, piece, cancel);
            }
            catch (Exception error) when (error is WebSocketException or InvalidOperationException)
            {
                throw new IOException(error.Message, error);
            }
            finally
            {
                _writing.Release();
            }
        }
        while (!data.IsEmpty);
    }

    private ValueTask SendPieceAsync(byte channel, ReadOnlyMemory<byte> piece, CancellationToken cancel)
    {
        if (_protocol.IsBase64)
        {
            var text = Encoding.ASCII.GetBytes((char)('0' + channel) + Convert.ToBase64String(piece.Span));
            return _socket.SendAsync(text.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancel);
        }

        _message[0] = channel;
        piece.CopyTo(_message.AsMemory(1));
        return _socket.SendAsync(_message.AsMemory(0, 1 + piece.Length), WebSocketMessageType.Binary, endOfMessage: true, cancel);
    }

    /// <summary>One message, to its end; false when the client has closed.</summary>
    private async Task<bool> ReadMessageAsync(byte[] buffer, CancellationToken cancel)
    {
        var first = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
        if (first.MessageType == WebSocketMessageType.Close)
        {
            return false;
        }

        var filled = first.Count;
        var complete = first.EndOfMessage;
        while (!complete && (_protocol.IsBase64 || filled == 0))
        {
            if (filled == buffer.Length)
            {
                throw new IOException($"a message has more than {buffer.Length} bytes");
            }

            var more = await _socket.ReceiveAsync(buffer.AsMemory(filled), cancel);
            filled += more.Count;
            complete = more.EndOfMessage;
        }

        if (filled == 0)
        {
            return true;
        }

        if (_protocol.IsBase64)
        {
            await TakeAsync((byte)(buffer[0] - '0'), Decode(buffer.AsSpan(1, filled - 1)), cancel);
            return true;
        }

        var channel = buffer[0];
        await TakeAsync(channel, buffer.AsMemory(1, filled - 1), cancel);
        while (!complete)
        {
            var more = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
            complete = more.EndOfMessage;
            await TakeAsync(channel, buffer.AsMemory(0, more.Count), cancel);
        }

        return true;
    }

    private static byte[] Decode(ReadOnlySpan<byte> base64)
    {
        var bytes = new byte[base64.Length];
        return System.Buffers.Text.Base64.DecodeFromUtf8(base64, bytes, out _, out var written) == OperationStatus.Done
            ? bytes[..written]
            : throw new IOException("a message is not base64");
    }

    private async ValueTask TakeAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        if (channel == CloseChannel && _protocol.HasClose)
        {
            if (data.Length > 0 && data.Span[0] < _channels.Length)
            {
                _channels[data.Span[0]].ReceiveEnd();
            }

            return;
        }

        if (channel >= _channels.Length)
        {
            throw new IOException($"there is no channel {channel}");
        }

        if (!data.IsEmpty)
        {
            await _channels[channel].ReceiveAsync(new ReadOnlySequence<byte>(data), cancel);
        }
    }

    private sealed class SocketChannel(ChannelSocket socket, byte number) : ByteChannel
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => socket.SendAsync(number, data, cancel);

        // The subprotocols cannot end a channel towards the client: the end of the connection ends all.
        public override ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;
    }
}
