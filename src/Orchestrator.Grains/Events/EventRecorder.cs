using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Grains.Events;

/// <summary>
/// Writes observations as core/v1 Events, in batches behind those who observe. An observation repeated while it is remembered raises the
/// count of the event there is, as Kubernetes does.
/// </summary>
internal sealed class EventRecorder(IObjectStore store, TimeProvider time, Random random, ILogger<EventRecorder> logger) : BackgroundService, IEventRecorder
{
    private const int MostWaiting = 16_384;
    private const int MostRemembered = 4_096;
    private const int BatchSize = 256;

    // Nobody waits for an Event, but whoever commits waits for the commit that is under way: under a steady trickle of observations each of its own
    // would be a third of all commits.
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(100);

    private readonly Channel<ObservedEvent> _waiting = Channel.CreateBounded<ObservedEvent>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly RecentEvents _recent = new(MostRemembered);

    public void Record(ObservedEvent observed) => _waiting.Writer.TryWrite(observed);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(GatherTime, time, stoppingToken);
            while (_waiting.Reader.TryPeek(out _))
            {
                await WriteBatchAsync(stoppingToken);
            }
        }
    }

    /// <summary>Writes what waits, at most one batch.</summary>
    internal async Task WriteBatchAsync(CancellationToken cancel)
    {
        var batch = new Dictionary<ObservedEvent, Mutation>();
        var series = new Dictionary<ObservedEvent, EventSeries>();
        while (batch.Count < BatchSize && _waiting.Reader.TryRead(out ObservedEvent? observed))
        {
            if (NamespaceTakesEvents(observed))
            {
                series[observed] = Next(observed, series.GetValueOrDefault(observed));
                batch[observed] = ToMutation(observed, series[observed]);
            }
        }

        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            IReadOnlyList<CommitResult> results = await store.CommitAsync([.. batch.Values], cancel: cancel);
            foreach ((ObservedEvent observed, CommitResult result) in batch.Keys.Zip(results))
            {
                if (result.Outcome == CommitOutcome.Committed)
                {
                    _recent.Set(observed, series[observed]);
                }
            }
        }
        catch (StoreUnavailableException e)
        {
            SchedulerLog.EventsNotWritten(logger, e, batch.Count);
        }
    }

    // Events are written past admission, so what admission would refuse is not even tried.
    private bool NamespaceTakesEvents(ObservedEvent observed) =>
        store.Get(new ObjectKey(Resources.Namespaces, "", NamespaceOf(observed))) is { IsTerminating: false };

    private static string NamespaceOf(ObservedEvent observed) => observed.Namespace.Length == 0 ? "default" : observed.Namespace;

    private EventSeries Next(ObservedEvent observed, EventSeries? inBatch)
    {
        DateTimeOffset now = time.GetUtcNow();
        EventSeries? known = inBatch ?? _recent.Find(observed);
        if (known is not null && (inBatch is not null || store.Get(known.Key) is not null))
        {
            return new EventSeries(known.Key, known.Uid, known.First) { Last = now, Count = known.Count + 1 };
        }

        string suffix = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        return new EventSeries(new ObjectKey(Resources.Events, NamespaceOf(observed), $"{observed.Name}.{suffix}"), Uids.New(random), now);
    }

    private Mutation ToMutation(ObservedEvent observed, EventSeries series)
    {
        byte[] body = EventBody.Write(observed, series);
        return store.Get(series.Key) is { } present
            ? new UpdateObject(series.Key, present.Revision, body)
            : new CreateObject(series.Key, series.Uid, body);
    }
}
