using System.Buffers;
using System.IO.Pipelines;

namespace Orchestrator.Agent.Streams;

/// <summary>
/// One of several byte streams over one connection: what the peer sent waits in <see cref="Input"/>, and each direction ends by itself. A reader that does
/// not keep up holds back the whole connection once <see cref="PauseBytes"/> are waiting, so memory stays bounded whatever the peer sends.
/// </summary>
public abstract class ByteChannel
{
    /// <summary>Bytes waiting in one channel at which its connection is no longer read.</summary>
    public const int PauseBytes = 256 * 1024;

    private readonly Pipe _inbound = new(new PipeOptions(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));
    private int _ended;

    /// <summary>What the peer sent. Completed when the peer has ended its direction or the connection is gone.</summary>
    public PipeReader Input => _inbound.Reader;

    /// <summary>Sends bytes to the peer.</summary>
    /// <exception cref="IOException">The channel or its connection is gone.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>Tells the peer that nothing more comes. No error if the channel is gone or was ended before.</summary>
    public abstract ValueTask CompleteAsync(CancellationToken cancel);

    /// <summary>Takes bytes from the connection; waits while too many are unread. What comes after the end is dropped.</summary>
    internal async ValueTask ReceiveAsync(ReadOnlySequence<byte> data, CancellationToken cancel)
    {
        foreach (var piece in data)
        {
            if (Volatile.Read(ref _ended) != 0 || (await _inbound.Writer.WriteAsync(piece, cancel)).IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>The peer sends nothing more. May be repeated.</summary>
    internal void ReceiveEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _inbound.Writer.Complete();
        }
    }

    /// <summary>Copies everything that comes from this channel to <paramref name="target"/>, and then its end. Whatever stops it, nothing is read from this channel afterwards: what still comes is dropped.</summary>
    public async Task CopyToAsync(ByteChannel target, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var read = await Input.ReadAsync(cancel);
                foreach (var piece in read.Buffer)
                {
                    await target.WriteAsync(piece, cancel);
                }

                Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }

            await target.CompleteAsync(cancel);
        }
        finally
        {
            await Input.CompleteAsync();
        }
    }

    /// <summary>Everything that comes until the end, at most <paramref name="maxBytes"/>; the rest is dropped.</summary>
    public async Task<byte[]> ReadToEndAsync(int maxBytes, CancellationToken cancel)
    {
        try
        {
            var read = await Input.ReadAtLeastAsync(maxBytes, cancel);
            return read.Buffer.Slice(0, Math.Min(maxBytes, read.Buffer.Length)).ToArray();
        }
        finally
        {
            await Input.CompleteAsync();
        }
    }
}
