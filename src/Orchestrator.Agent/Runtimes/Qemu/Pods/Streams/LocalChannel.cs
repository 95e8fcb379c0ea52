using System.Buffers;
using Orchestrator.Agent.Streams;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Streams;

/// <summary>A channel whose far end is the driver itself: what it says is read, what is written to it is handed to it.</summary>
/// <param name="take">Gets what is written; null where nothing is expected.</param>
internal sealed class LocalChannel(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? take = null) : ByteChannel
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) => take?.Invoke(data, cancel) ?? ValueTask.CompletedTask;

    public override ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Says one thing, and the end.</summary>
    public async Task SayAsync(ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        await ReceiveAsync(new ReadOnlySequence<byte>(text), cancel);
        ReceiveEnd();
    }
}
