using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>
/// The agent's end of a guest's port: calls with one answer each, and channels. QEMU serves one connection at a time. What an earlier connection left half sent, in either
/// direction, is overcome by the greeting (<c>Guest/Init/wire.c</c>): zeros fill up the guest's unfinished frame, and what comes before its answer is not ours.
/// </summary>
internal sealed class GuestConnection : IAsyncDisposable
{
    private const int NonceBytes = 16;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly Action _news;
    private readonly PipeReader _reader;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<string>> _calls = new();
    private readonly ConcurrentDictionary<uint, GuestChannel> _channels = new();
    private Task _reading = Task.CompletedTask;
    private uint _lastId;

    private GuestConnection(Socket socket, TimeProvider time, Action news)
    {
        (_socket, _time, _news) = (socket, time, news);
        _reader = PipeReader.Create(new NetworkStream(socket), new StreamPipeReaderOptions(bufferSize: 32 * 1024));
    }

    /// <summary>Whether it has ended.</summary>
    public bool IsOver => _reading.IsCompleted;

    /// <param name="socketPath">The port's socket.</param>
    /// <param name="news">Called when there is something new in the journal; must be quick.</param>
    /// <param name="timeout">How long the guest may take to answer; it may still be starting.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GuestUnavailableException">Nobody listens, or no answer came in time.</exception>
    public static async Task<GuestConnection> ConnectAsync(string socketPath, Action news, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        GuestConnection? connection = null;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), either.Token);
            connection = new GuestConnection(socket, time, news);
            await connection.GreetAsync(either.Token);
            connection._reading = connection.ReadAllAsync();
            return connection;
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            socket.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw new GuestUnavailableException($"the guest does not answer: {error.Message}", error);
        }
    }

    /// <summary>Asks for something and waits for the answer.</summary>
    /// <returns>The answer's text.</returns>
    /// <exception cref="GuestRefusalException">The guest cannot do it.</exception>
    /// <exception cref="GuestUnavailableException">The connection has ended, or no answer came in time.</exception>
    public async Task<string> CallAsync(GuestVerb verb, GuestFields fields, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        try
        {
            await SendAsync(GuestFrameKind.Call, id, new[] { (byte)verb }, fields.ToArray(), cancel);
            return await answer.Task.WaitAsync(CallTimeout, _time, cancel);
        }
        catch (TimeoutException error)
        {
            throw new GuestUnavailableException($"the guest did not answer within {CallTimeout.TotalSeconds:0} s", error);
        }
        finally
        {
            _calls.TryRemove(id, out _);
        }
    }

    /// <summary>Opens a channel and waits until the guest has done so; its failure is the channel's end.</summary>
    /// <param name="kind">1 for a command, 2 for a container's own streams, 3 for a port.</param>
    /// <param name="fields">What of it.</param>
    /// <param name="streams">Numbers of the streams that are used.</param>
    /// <param name="killsAtClose">See <see cref="GuestChannel.KillsAtClose"/>.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<GuestChannel> OpenAsync(byte kind, GuestFields fields, IReadOnlyList<byte> streams, bool killsAtClose, CancellationToken cancel)
    {
        var channel = new GuestChannel(this, Interlocked.Increment(ref _lastId), streams) { KillsAtClose = killsAtClose };
        _channels[channel.Id] = channel;
        try
        {
            await SendAsync(GuestFrameKind.Open, channel.Id, new[] { kind }, fields.ToArray(), cancel);
            await channel.Opened.WaitAsync(CallTimeout, _time, cancel);
            return channel;
        }
        catch (Exception error)
        {
            await channel.DisposeAsync();
            throw error is TimeoutException ? new GuestUnavailableException("the guest does not answer", error) : error;
        }
    }

    /// <exception cref="GuestUnavailableException">The connection has ended.</exception>
    public async ValueTask SendAsync(GuestFrameKind kind, uint id, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var frame = GuestFrame.Encode(kind, id, head.Span, data.Span);
        // A frame that has been begun is finished whoever gives up: the next one would be taken for its rest.
        await _writing.WaitAsync(cancel);
        try
        {
            await WriteAsync(frame, CancellationToken.None);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new GuestUnavailableException($"the guest has gone: {error.Message}", error);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends where that is still possible.</summary>
    public async ValueTask TrySendAsync(GuestFrameKind kind, uint id, byte[] data)
    {
        try
        {
            await SendAsync(kind, id, default, data, CancellationToken.None);
        }
        catch (IOException)
        {
            // Whoever has gone need not be told.
        }
    }

    public void Forget(GuestChannel channel) => _channels.TryRemove(channel.Id, out _);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reader.CompleteAsync();
    }

    private async Task GreetAsync(CancellationToken cancel)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var greeting = GuestFrame.Encode(GuestFrameKind.Hello, 0, default, nonce);
        // The guest reads only once it is up, so this may wait; its answer is read meanwhile.
        var sending = WriteAsync((byte[])[.. new byte[GuestFrame.MostPayloadBytes + GuestFrame.AroundBytes], .. greeting], cancel);
        while (true)
        {
            var read = await _reader.ReadAsync(cancel);
            var buffer = read.Buffer;
            while (GuestFrame.TryTake(ref buffer, out var frame))
            {
                if (frame.Kind == GuestFrameKind.Hello && frame.Payload.Span.StartsWith(nonce))
                {
                    _reader.AdvanceTo(buffer.Start);
                    await sending;
                    return;
                }
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new IOException("the connection ended before the guest's greeting");
            }
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        while (data.Length > 0)
        {
            data = data[await _socket.SendAsync(data, cancel)..];
        }
    }

    private async Task ReadAllAsync()
    {
        try
        {
            while (true)
            {
                var read = await _reader.ReadAsync();
                var buffer = read.Buffer;
                while (GuestFrame.TryTake(ref buffer, out var frame))
                {
                    Deliver(frame);
                }

                _reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The end of the connection; whoever waits is told below.
        }
        finally
        {
            var why = new GuestUnavailableException("the connection to the guest has ended");
            foreach (var call in _calls.Values)
            {
                call.TrySetException(why);
            }

            foreach (var channel in _channels.Values)
            {
                channel.Break(why);
            }
        }
    }

    private void Deliver(GuestFrame frame)
    {
        switch (frame.Kind)
        {
            case GuestFrameKind.News:
                _news();
                break;
            case GuestFrameKind.Reply when frame.Payload.Length >= 4 && _calls.TryGetValue(frame.Id, out var call):
                var code = BinaryPrimitives.ReadInt32LittleEndian(frame.Payload.Span);
                var text = Encoding.UTF8.GetString(frame.Payload.Span[4..]);
                _ = code == 0 ? call.TrySetResult(text) : call.TrySetException(new GuestRefusalException(code, text));
                break;
            default:
                if (_channels.TryGetValue(frame.Id, out var channel))
                {
                    channel.Arrive(frame);
                }

                break;
        }
    }
}
