using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Store;

namespace Orchestrator.Grains.Explanations;

/// <summary>
/// Keeps decisions in batches, so that explaining costs a bind nothing. Of one pod only the latest is kept; what cannot be saved is tried
/// again while there is room, and forgotten oldest first when there is not.
/// </summary>
internal sealed class ExplanationRecorder(IExplanationStore store, TimeProvider time, ILogger<ExplanationRecorder> logger) : BackgroundService
{
    private const int MostWaiting = 16_384;
    private const int BatchSize = 512;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PlacementExplanation> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);

    /// <summary>Explanations not yet saved.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Record(PlacementExplanation explanation)
    {
        lock (_lock)
        {
            Put(explanation.Pod.Uid, explanation, replace: true);
            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _arrived.WaitAsync(stoppingToken);
            while (WaitingCount > 0)
            {
                await FlushAsync(stoppingToken);
                await Task.Delay(FlushInterval, time, stoppingToken);
            }
        }
    }

    /// <summary>Saves one batch.</summary>
    internal async Task FlushAsync(CancellationToken cancel)
    {
        List<PlacementExplanation> batch = TakeBatch();
        try
        {
            await store.SaveAsync([.. batch.Select(ToRecord)], cancel);
        }
        catch (StoreUnavailableException e)
        {
            SchedulerLog.ExplanationsNotSaved(logger, e, batch.Count);
            lock (_lock)
            {
                batch.ForEach(explanation => Put(explanation.Pod.Uid, explanation, replace: false));
            }
        }
    }

    private static ExplanationRecord ToRecord(PlacementExplanation explanation) => new(
        explanation.Pod.Uid,
        explanation.Pod.Namespace,
        explanation.Pod.Name,
        explanation.DecidedAt,
        JsonSerializer.SerializeToUtf8Bytes(explanation, ExplanationJson.Default.PlacementExplanation));

    private List<PlacementExplanation> TakeBatch()
    {
        var batch = new List<PlacementExplanation>();
        lock (_lock)
        {
            while (batch.Count < BatchSize && _order.TryDequeue(out string? uid))
            {
                if (_waiting.Remove(uid, out PlacementExplanation? explanation))
                {
                    batch.Add(explanation);
                }
            }
        }

        return batch;
    }

    private void Put(string uid, PlacementExplanation explanation, bool replace)
    {
        if (_waiting.TryGetValue(uid, out PlacementExplanation? present))
        {
            _waiting[uid] = replace ? explanation : present;
            return;
        }

        if (_waiting.Count >= MostWaiting && _order.TryDequeue(out string? oldest))
        {
            _waiting.Remove(oldest);
        }

        _waiting.Add(uid, explanation);
        _order.Enqueue(uid);
    }
}
