using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Plans;

namespace Orchestrator.Agent.Pods;

/// <summary>
/// Works on one pod, one sync at a time. Any number of wakes while it works become one more sync. A sync is cut short when the pod is to end
/// sooner than it was when the sync began: a pull is not waited for by a deletion, nor a long grace period by a forced one.
/// </summary>
internal sealed partial class PodWorker(string uid, PodRegistry registry, PodEndings endings, PodSync sync, AgentOptions options, TimeProvider time, ILogger logger)
{
    // Before any other time, but after that of a pod that is gone.
    private static readonly DateTime EndsNow = DateTime.MinValue.AddTicks(1);
    private static readonly TimeSpan AfterBug = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private CancellationTokenSource? _current;
    private DateTime _currentEnd = DateTime.MaxValue;

    public void Wake()
    {
        _wakes.Writer.TryWrite(true);
        lock (_gate)
        {
            if (_current is not null && WantedEnd() < _currentEnd)
            {
                _ = _current.CancelAsync();
            }
        }
    }

    /// <summary>Returns when nothing is left of the pod.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var memory = PodMemory.Empty;
        while (!cancel.IsCancellationRequested)
        {
            var result = await SyncAsync(memory, cancel);
            if (result.IsFinished)
            {
                return;
            }

            memory = result.Memory;
            await WaitAsync(result.RetryAt, cancel);
        }
    }

    private async Task<SyncResult> SyncAsync(PodMemory memory, CancellationToken cancel)
    {
        using var current = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        lock (_gate)
        {
            _currentEnd = WantedEnd();
            _current = current;
        }

        try
        {
            return await sync.SyncAsync(uid, memory, current.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new SyncResult(IsFinished: false, memory, time.GetUtcNow());
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            LogFailed(uid, error);
            return new SyncResult(IsFinished: false, memory, time.GetUtcNow() + AfterBug);
        }
        finally
        {
            lock (_gate)
            {
                _current = null;
            }
        }
    }

    private async Task WaitAsync(DateTimeOffset? retryAt, CancellationToken cancel)
    {
        var until = retryAt - time.GetUtcNow() ?? options.ResyncInterval;
        if (until > TimeSpan.Zero)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var delay = Task.Delay(until < options.ResyncInterval ? until : options.ResyncInterval, time, limit.Token);
            var woken = _wakes.Reader.WaitToReadAsync(limit.Token).AsTask();
            await Task.WhenAny(delay, woken);
            await limit.CancelAsync();
        }

        _wakes.Reader.TryRead(out _);
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>When the pod is to have ended, as wanted now.</summary>
    private DateTime WantedEnd() => registry.Find(uid) switch
    {
        null => registry.IsSynchronized ? DateTime.MinValue : DateTime.MaxValue,
        { Metadata.DeletionTimestamp: { } end } => end,
        _ when endings.IsDecided(uid) => EndsNow,
        _ => DateTime.MaxValue,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Work on pod {Uid} failed and is repeated")]
    private partial void LogFailed(string uid, Exception error);
}
