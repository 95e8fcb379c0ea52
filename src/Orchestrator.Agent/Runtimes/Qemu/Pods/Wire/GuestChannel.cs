using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>How a channel ended.</summary>
/// <param name="Failure">Why it could not do what was asked; null if it did.</param>
internal sealed record GuestChannelEnd(int Code, string? Failure);

/// <summary>A channel to something in the guest: a command, a container's own streams, a port.</summary>
internal sealed class GuestChannel : IAsyncDisposable
{
    public const byte Input = 0;
    public const byte Output = 1;
    public const byte Error = 2;

    /// <summary>What either side may send before the other has taken it.</summary>
    public const int WindowBytes = 64 * 1024;

    private const int ChunkBytes = 16 * 1024;

    private readonly GuestConnection _connection;
    private readonly Credit _credit = new(WindowBytes);
    private readonly GuestStream?[] _streams = new GuestStream?[3];
    private readonly TaskCompletionSource<GuestChannelEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closed = new();

    public GuestChannel(GuestConnection connection, uint id, IEnumerable<byte> streams)
    {
        (_connection, Id) = (connection, id);
        foreach (var number in streams)
        {
            _streams[number] = new GuestStream(this, number);
        }
    }

    public uint Id { get; }

    /// <summary>Completes once the guest has done what was asked, or has not.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Completes with its end; fails with <see cref="GuestUnavailableException"/> where the guest has gone.</summary>
    public Task<GuestChannelEnd> End => _end.Task;

    /// <summary>Whether what runs at its end is to be killed with it.</summary>
    public bool KillsAtClose { get; init; }

    public GuestStream? Stream(byte number) => _streams[number];

    /// <summary>Tells the size of the caller's terminal.</summary>
    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancel)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(payload, (ushort)Math.Clamp(columns, 0, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(2), (ushort)Math.Clamp(rows, 0, ushort.MaxValue));
        return _connection.SendAsync(GuestFrameKind.Resize, Id, default, payload, cancel);
    }

    public async ValueTask SendAsync(byte stream, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closed.Token);
        try
        {
            for (var rest = data; rest.Length > 0;)
            {
                var most = await _credit.TakeAsync(Math.Min(rest.Length, ChunkBytes), either.Token);
                await _connection.SendAsync(GuestFrameKind.Data, Id, new[] { stream }, rest[..most], either.Token);
                rest = rest[most..];
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new GuestUnavailableException("nobody reads any more");
        }
    }

    public async ValueTask SendEndAsync(byte stream, CancellationToken cancel)
    {
        if (!End.IsCompleted)
        {
            await _connection.SendAsync(GuestFrameKind.End, Id, new[] { stream }, default, cancel);
        }
    }

    public async ValueTask GiveBackAsync(int bytes, CancellationToken cancel)
    {
        if (!End.IsCompleted)
        {
            var payload = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(payload, bytes);
            await _connection.SendAsync(GuestFrameKind.Window, Id, default, payload, cancel);
        }
    }

    /// <summary>Takes a frame of the guest's that concerns this channel.</summary>
    public void Arrive(GuestFrame frame)
    {
        var payload = frame.Payload;
        switch (frame.Kind)
        {
            case GuestFrameKind.Opened:
                _opened.TrySetResult();
                break;
            case GuestFrameKind.Data when payload.Length > 1 && payload.Span[0] < _streams.Length:
                _streams[payload.Span[0]]?.Arrive(payload[1..]);
                break;
            case GuestFrameKind.End when payload.Length > 0 && payload.Span[0] < _streams.Length:
                _streams[payload.Span[0]]?.ArriveEnd();
                break;
            case GuestFrameKind.Window when payload.Length >= 4:
                _credit.Give(BinaryPrimitives.ReadInt32LittleEndian(payload.Span));
                break;
            case GuestFrameKind.Close when payload.Length >= 5:
                var code = BinaryPrimitives.ReadInt32LittleEndian(payload.Span[1..]);
                Finish(new GuestChannelEnd(code, payload.Span[0] == 'f' ? Encoding.UTF8.GetString(payload.Span[5..]) : null));
                break;
        }
    }

    /// <summary>The connection has ended.</summary>
    public void Break(GuestUnavailableException why)
    {
        _end.TrySetException(why);
        Finish(new GuestChannelEnd(-1, why.Message));
    }

    /// <summary>Lets go of it; the guest is told unless it has ended it itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!End.IsCompleted)
        {
            await _connection.TrySendAsync(GuestFrameKind.Close, Id, KillsAtClose ? "k"u8.ToArray() : []);
        }

        _connection.Forget(this);
        Finish(new GuestChannelEnd(-1, "closed"));
        foreach (var stream in _streams.OfType<GuestStream>())
        {
            await stream.DisposeAsync();
        }

        // Nobody may look at it; then it must not be reported as unobserved.
        _ = End.Exception;
        _closed.Dispose();
    }

    private void Finish(GuestChannelEnd end)
    {
        _end.TrySetResult(end);
        _opened.TrySetResult();
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ended twice.
        }

        foreach (var stream in _streams)
        {
            stream?.ArriveEnd();
        }
    }
}
