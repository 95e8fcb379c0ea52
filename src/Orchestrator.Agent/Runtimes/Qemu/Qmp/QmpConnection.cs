using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Orchestrator.Agent.Runtimes.Qemu.Qmp;

/// <summary>
/// A client of one machine's monitor over its UNIX socket. Commands may be sent at once from several callers; answers are matched by id.
/// QEMU serves one client per socket: a second connection waits until the first has gone.
/// </summary>
internal sealed class QmpConnection : IAsyncDisposable
{
    private const int MostLineBytes = 4 << 20;
    private const int MostQueuedEvents = 256;
    public static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private PipeReader _reader = PipeReader.Create(Stream.Null);
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly Channel<QmpMessage.Event> _events = Channel.CreateBounded<QmpMessage.Event>(
        // Readers re-read the machine's status on any event, so the oldest can go.
        new BoundedChannelOptions(MostQueuedEvents) { FullMode = BoundedChannelFullMode.DropOldest });

    private Task _reading = Task.CompletedTask;
    private long _lastId;

    private QmpConnection(Socket socket, TimeProvider time)
    {
        _socket = socket;
        _time = time;
    }

    /// <summary>Version of QEMU, from its greeting.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Events in order; completes when the connection ends.</summary>
    public ChannelReader<QmpMessage.Event> Events => _events.Reader;

    /// <exception cref="QmpUnavailableException">Nobody listens, or no greeting came in time (another client may hold the monitor).</exception>
    public static async Task<QmpConnection> ConnectAsync(string socketPath, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var connection = new QmpConnection(socket, time);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), either.Token);
            connection._reader = PipeReader.Create(new NetworkStream(socket));
            await connection.NegotiateAsync(either.Token);
            return connection;
        }
        catch (Exception error)
        {
            await connection.DisposeAsync();
            cancel.ThrowIfCancellationRequested();
            throw error is SocketException or IOException or OperationCanceledException
                ? new QmpUnavailableException($"the monitor at {socketPath} does not answer: {error.Message}", error)
                : error;
        }
    }

    /// <summary>Runs a command and returns its answer.</summary>
    /// <exception cref="QmpCommandException">QEMU refused it.</exception>
    /// <exception cref="QmpUnavailableException">The connection is lost, or no answer came in time.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, JsonObject? arguments, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        try
        {
            if (_reading.IsCompleted)
            {
                throw new QmpUnavailableException("the monitor's connection has ended");
            }

            await WriteAsync(QmpMessage.Command(command, arguments, id), cancel);
            return await answer.Task.WaitAsync(CommandTimeout, _time, cancel);
        }
        catch (Exception error) when (error is TimeoutException or SocketException or IOException or ObjectDisposedException)
        {
            throw new QmpUnavailableException($"the monitor did not answer {command}: {error.Message}", error);
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>Makes <see cref="Events"/> readable although nothing happened since connecting, for a state that was there before.</summary>
    public void RaiseAttention() => _events.Writer.TryWrite(new QmpMessage.Event("ATTENTION", default));

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
        _writing.Dispose();
    }

    private async Task NegotiateAsync(CancellationToken cancel)
    {
        while (await ReadMessageAsync(cancel) is { } message)
        {
            if (message is QmpMessage.Greeting greeting)
            {
                Version = greeting.Version;
                _reading = ReadAllAsync();
                await ExecuteAsync("qmp_capabilities", null, cancel);
                return;
            }
        }

        throw new QmpUnavailableException("the monitor closed the connection before greeting");
    }

    private async Task WriteAsync(byte[] line, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            for (var rest = line.AsMemory(); rest.Length > 0;)
            {
                rest = rest[await _socket.SendAsync(rest, cancel)..];
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAllAsync()
    {
        try
        {
            while (await ReadMessageAsync(CancellationToken.None) is { } message)
            {
                Deliver(message);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidDataException)
        {
            // The end of the connection; whoever waits is told below.
        }
        finally
        {
            _events.Writer.TryComplete();
            foreach (var waiting in _pending.Values)
            {
                waiting.TrySetException(new QmpUnavailableException("the monitor closed the connection"));
            }
        }
    }

    private void Deliver(QmpMessage message)
    {
        switch (message)
        {
            case QmpMessage.Event happened:
                _events.Writer.TryWrite(happened);
                break;
            case QmpMessage.Answer answer when _pending.TryGetValue(answer.Id, out var waiting):
                waiting.TrySetResult(answer.Value);
                break;
            case QmpMessage.Failure failure when _pending.TryGetValue(failure.Id, out var waiting):
                waiting.TrySetException(new QmpCommandException(failure.ErrorClass, failure.Description));
                break;
        }
    }

    /// <summary>The next message that is understood, or null at the end.</summary>
    private async Task<QmpMessage?> ReadMessageAsync(CancellationToken cancel)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancel);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var message = QmpMessage.Parse(result.Buffer.Slice(0, end).ToArray());
                _reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                if (message is not null)
                {
                    return message;
                }

                continue;
            }

            if (result.IsCompleted)
            {
                return null;
            }

            if (result.Buffer.Length > MostLineBytes)
            {
                throw new InvalidDataException($"a line of the monitor is longer than {MostLineBytes} bytes");
            }

            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
