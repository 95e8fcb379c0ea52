using System.Buffers;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>A stream as a channel: what comes from it is read, what is written goes to it. It stays open for what comes when nothing more is written.</summary>
internal sealed class StreamChannel : ByteChannel, IAsyncDisposable
{
    private const int ChunkBytes = 16 * 1024;
    private readonly Stream _stream;
    private readonly CancellationTokenSource _over = new();
    private readonly Action<Stream> _ended;

    /// <param name="stream">The stream, which the channel disposes.</param>
    /// <param name="ended">Told when nothing more is written.</param>
    public StreamChannel(Stream stream, Action<Stream>? ended = null)
    {
        _stream = stream;
        _ended = ended ?? (static _ => { });
        Reading = ReadAsync();
    }

    /// <summary>Ends when nothing more comes.</summary>
    public Task Reading { get; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => _stream.WriteAsync(data, cancel);

    public override ValueTask CompleteAsync(CancellationToken cancel)
    {
        _ended(_stream);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _stream.DisposeAsync();
        await Reading;
        _over.Dispose();
    }

    private async Task ReadAsync()
    {
        var chunk = new byte[ChunkBytes];
        try
        {
            int read;
            while ((read = await _stream.ReadAsync(chunk, _over.Token)) > 0)
            {
                await ReceiveAsync(new ReadOnlySequence<byte>(chunk.AsMemory(0, read)), _over.Token);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The other end is gone, another has the console now, or the client has left.
        }

        ReceiveEnd();
    }
}

/// <summary>A channel on which nothing is expected, and one thing may be said.</summary>
internal sealed class SayingChannel : ByteChannel
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => ValueTask.CompletedTask;

    public override ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Says it, and the end.</summary>
    public async Task SayAsync(ReadOnlyMemory<byte> text)
    {
        await ReceiveAsync(new ReadOnlySequence<byte>(text), CancellationToken.None);
        ReceiveEnd();
    }
}
