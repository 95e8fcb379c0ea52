using System.Threading.Channels;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

/// <summary>
/// One stream of a channel. What the guest sends waits here, at most a window of it, until its reader has room; only then the guest may send more,
/// so that a reader that does not keep up holds back its own channel and no other.
/// </summary>
internal sealed class GuestStream : ByteChannel, IAsyncDisposable
{
    private readonly GuestChannel _channel;
    private readonly byte _number;
    private readonly Channel<ReadOnlyMemory<byte>> _arrived = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _over = new();
    private readonly Task _delivering;

    public GuestStream(GuestChannel channel, byte number)
    {
        (_channel, _number) = (channel, number);
        _delivering = DeliverAsync();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => _channel.SendAsync(_number, data, cancel);

    public override ValueTask CompleteAsync(CancellationToken cancel) => _channel.SendEndAsync(_number, cancel);

    /// <summary>Takes what the guest sent. The guest keeps to its window, which bounds what waits.</summary>
    public void Arrive(ReadOnlyMemory<byte> data) => _arrived.Writer.TryWrite(data);

    /// <summary>The guest sends nothing more.</summary>
    public void ArriveEnd() => _arrived.Writer.TryComplete();

    public async ValueTask DisposeAsync()
    {
        ArriveEnd();
        await _over.CancelAsync();
        await _delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task DeliverAsync()
    {
        try
        {
            await foreach (var data in _arrived.Reader.ReadAllAsync(_over.Token))
            {
                await ReceiveAsync(new System.Buffers.ReadOnlySequence<byte>(data), _over.Token);
                await _channel.GiveBackAsync(data.Length, _over.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The channel is over.
        }
        finally
        {
            ReceiveEnd();
        }
    }
}
