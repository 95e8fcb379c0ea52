using System.Threading.Channels;

namespace Orchestrator.Agent.Feeds;

/// <summary>Wakes one loop. Wakes that come before the loop waits, or several at once, are one.</summary>
public sealed class WakeSignal
{
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _wakes.Writer.TryWrite(true);

    /// <summary>Returns when woken, or after <paramref name="pause"/>.</summary>
    /// <exception cref="OperationCanceledException">The loop is to end.</exception>
    public async Task WaitAsync(TimeSpan pause, TimeProvider time, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var delay = Task.Delay(pause, time, limit.Token);
        var woken = _wakes.Reader.WaitToReadAsync(limit.Token).AsTask();
        await Task.WhenAny(delay, woken);
        await limit.CancelAsync();
        _wakes.Reader.TryRead(out _);
        stopping.ThrowIfCancellationRequested();
    }
}
