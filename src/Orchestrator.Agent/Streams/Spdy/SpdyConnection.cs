using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Orchestrator.Agent.Streams.Spdy;

/// <summary>Which end of a connection this is: clients number their streams odd, servers even.</summary>
public enum SpdyRole
{
    Client,
    Server,
}

/// <summary>
/// SPDY/3 with what Kubernetes' clients and runtimes use of it: streams with headers, data, half-close, reset, ping, and going away. No flow control by
/// WINDOW_UPDATE, because neither of them does it; a slow reader holds back the whole connection instead (see <see cref="ByteChannel"/>).
/// </summary>
public sealed class SpdyConnection : IAsyncDisposable
{
    private const int MaxDataBytes = 32 * 1024;

    private readonly Stream _transport;
    private readonly SpdyLimits _limits;
    private readonly PipeReader _reader;
    private readonly SpdyHeaderReader _headerReader;
    private readonly SpdyHeaderWriter _headerWriter = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly byte[] _dataFrame = new byte[SpdyFrameHead.Bytes + MaxDataBytes];
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _accepted = Channel.CreateUnbounded<SpdyStream>();
    private readonly CancellationTokenSource _idle;
    private readonly int _peerParity;
    private int _nextId;
    private int _lastPeerId;

    /// <param name="transport">Carries the frames; disposed with the connection.</param>
    public SpdyConnection(Stream transport, SpdyRole role, SpdyLimits limits, TimeProvider time)
    {
        _transport = transport;
        _limits = limits;
        _reader = PipeReader.Create(transport, new StreamPipeReaderOptions(leaveOpen: true));
        _headerReader = new SpdyHeaderReader(limits);
        _idle = new CancellationTokenSource(limits.IdleTimeout, time);
        _peerParity = role == SpdyRole.Client ? 0 : 1;
        _nextId = role == SpdyRole.Client ? 1 : 2;
    }

    /// <summary>Streams that the peer opened, in order; ends with the connection. Bounded by <see cref="SpdyLimits.MaxStreams"/>, since each is open.</summary>
    public ChannelReader<SpdyStream> Accepted => _accepted.Reader;

    /// <summary>Reads frames until the peer closes the connection. Then every stream has ended.</summary>
    /// <exception cref="SpdyException">The peer does not keep to the protocol or the limits.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel, _idle.Token);
        try
        {
            while (await ReadAtLeastAsync(SpdyFrameHead.Bytes, ended.Token) is { } buffer)
            {
                _idle.CancelAfter(_limits.IdleTimeout);
                var head = ReadHead(buffer);
                _reader.AdvanceTo(buffer.GetPosition(SpdyFrameHead.Bytes));
                await (head.Type is { } type ? ReadControlAsync(type, head, ended.Token) : ReadDataAsync(head, ended.Token));
            }
        }
        catch (OperationCanceledException error) when (_idle.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new SpdyException($"nothing was sent for {_limits.IdleTimeout}", error);
        }
        finally
        {
            EndStreams();
        }
    }

    /// <summary>Opens a stream; the peer's acceptance is <see cref="SpdyStream.Replied"/>.</summary>
    public async Task<SpdyStream> OpenAsync(IReadOnlyDictionary<string, string> headers, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            var stream = new SpdyStream(this, _nextId, headers);
            _nextId += 2;
            _streams[stream.Id] = stream;
            await _transport.WriteAsync(SpdyFrames.SynStream(stream.Id, 0, _headerWriter.Write(headers)), cancel);
            return stream;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Tells the peer that no more streams are taken. The peer closes the connection when it has read everything.</summary>
    public Task GoAwayAsync(CancellationToken cancel) => SendAsync(SpdyFrames.GoAway(_lastPeerId), cancel);

    public async ValueTask DisposeAsync()
    {
        EndStreams();
        await _reader.CompleteAsync();
        await _transport.DisposeAsync();
        _idle.Dispose();
    }

    internal async ValueTask SendDataAsync(SpdyStream stream, ReadOnlyMemory<byte> data, bool isLast, CancellationToken cancel)
    {
        do
        {
            var piece = data[..Math.Min(data.Length, MaxDataBytes)];
            data = data[piece.Length..];
            await _writing.WaitAsync(cancel);
            try
            {
                // Head and payload in one write: over TLS, two would be two records.
                new SpdyFrameHead(null, stream.Id, isLast && data.IsEmpty ? SpdyFrameHead.Fin : (byte)0, piece.Length).Write(_dataFrame);
                piece.CopyTo(_dataFrame.AsMemory(SpdyFrameHead.Bytes));
                await _transport.WriteAsync(_dataFrame.AsMemory(0, SpdyFrameHead.Bytes + piece.Length), cancel);
            }
            finally
            {
                _writing.Release();
            }
        }
        while (!data.IsEmpty);
        Forget(stream);
    }

    internal void Forget(SpdyStream stream)
    {
        if (stream.IsFinished)
        {
            _streams.TryRemove(stream.Id, out _);
        }
    }

    private static SpdyFrameHead ReadHead(ReadOnlySequence<byte> buffer)
    {
        Span<byte> bytes = stackalloc byte[SpdyFrameHead.Bytes];
        buffer.Slice(0, SpdyFrameHead.Bytes).CopyTo(bytes);
        return SpdyFrameHead.Read(bytes);
    }

    private async Task ReadDataAsync(SpdyFrameHead head, CancellationToken cancel)
    {
        // Data for a stream that has ended is still on its way when we reset it: it is read and dropped.
        var stream = _streams.GetValueOrDefault(head.StreamId);
        for (long left = head.Length; left > 0;)
        {
            var buffer = await ReadAtLeastAsync(1, cancel) ?? throw new SpdyException("the connection ended within a frame");
            var piece = buffer.Slice(0, Math.Min(left, buffer.Length));
            if (stream is not null)
            {
                await stream.ReceiveAsync(piece, cancel);
            }

            left -= piece.Length;
            _reader.AdvanceTo(piece.End);
        }

        if (head.IsFin && stream is not null)
        {
            stream.ReceiveFin();
            Forget(stream);
        }
    }

    private async Task ReadControlAsync(SpdyFrameType type, SpdyFrameHead head, CancellationToken cancel)
    {
        if (head.Length > _limits.MaxControlFrameBytes)
        {
            throw new SpdyException($"a control frame has {head.Length} bytes, more than {_limits.MaxControlFrameBytes}");
        }

        var payload = new byte[head.Length];
        if (head.Length > 0)
        {
            var buffer = await ReadAtLeastAsync(head.Length, cancel) ?? throw new SpdyException("the connection ended within a frame");
            buffer.Slice(0, head.Length).CopyTo(payload);
            _reader.AdvanceTo(buffer.GetPosition(head.Length));
        }

        var control = new SpdyControl(payload);
        switch (type)
        {
            case SpdyFrameType.SynStream:
                await AcceptAsync(control.Number(0), head.IsFin, _headerReader.Decompress(control.Rest(10)), cancel);
                break;
            case SpdyFrameType.SynReply when _streams.TryGetValue(control.Number(0), out var stream):
                _headerReader.Decompress(control.Rest(4));
                stream.ReceiveReply();
                if (head.IsFin)
                {
                    stream.ReceiveFin();
                    Forget(stream);
                }

                break;
            case SpdyFrameType.SynReply or SpdyFrameType.Headers:
                // Read even if unused: the compression runs through all blocks.
                _headerReader.Decompress(control.Rest(4));
                break;
            case SpdyFrameType.RstStream when _streams.TryRemove(control.Number(0), out var stream):
                stream.ReceiveReset($"the peer has reset stream {stream.Id} with status {control.Number(4)}");
                break;
            case SpdyFrameType.Ping when (control.Number(0) & 1) == _peerParity:
                await SendAsync(SpdyFrames.Ping(control.Number(0)), cancel);
                break;
            default:
                // Settings, windows, and going away ask nothing of us: the peer that goes away closes the connection.
                break;
        }
    }

    private async Task AcceptAsync(int id, bool isFin, IReadOnlyDictionary<string, string> headers, CancellationToken cancel)
    {
        if ((id & 1) != _peerParity || id <= _lastPeerId)
        {
            throw new SpdyException($"the peer may not open stream {id}");
        }

        _lastPeerId = id;
        if (_streams.Count >= _limits.MaxStreams)
        {
            await SendAsync(SpdyFrames.RstStream(id, SpdyReset.RefusedStream), cancel);
            return;
        }

        var stream = new SpdyStream(this, id, headers);
        _streams[id] = stream;
        if (isFin)
        {
            stream.ReceiveFin();
        }

        await ReplyAsync(id, cancel);
        _accepted.Writer.TryWrite(stream);
    }

    private async Task ReplyAsync(int id, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            await _transport.WriteAsync(SpdyFrames.SynReply(id, _headerWriter.Write(new Dictionary<string, string>(StringComparer.Ordinal))), cancel);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task SendAsync(byte[] frame, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            await _transport.WriteAsync(frame, cancel);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The buffered bytes, at least so many; null at the connection's end.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> ReadAtLeastAsync(int count, CancellationToken cancel)
    {
        var read = await _reader.ReadAtLeastAsync(count, cancel);
        return read.Buffer.Length >= count ? read.Buffer : null;
    }

    private void EndStreams()
    {
        _accepted.Writer.TryComplete();
        foreach (var id in _streams.Keys)
        {
            if (_streams.TryRemove(id, out var stream))
            {
                stream.ReceiveReset("the connection has ended");
            }
        }
    }
}
