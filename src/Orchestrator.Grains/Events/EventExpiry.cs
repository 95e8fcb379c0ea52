using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Objects;
using Orchestrator.Store;

namespace Orchestrator.Grains.Events;

/// <summary>Removes Events an hour after they were last observed, as Kubernetes does: they are news, not records.</summary>
internal sealed partial class EventExpiry(IObjectStore store, TimeProvider time, ILogger<EventExpiry> logger) : BackgroundService
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private const int BatchSize = 500;

    /// <summary>How far a client's clock may be ahead of ours.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>The deletions of events that have had their time, at most one batch.</summary>
    internal static List<Mutation> Expired(IEnumerable<StoredObject> events, DateTimeOffset now)
    {
        var deletions = new List<Mutation>();
        foreach (StoredObject stored in events)
        {
            if (LastObserved(stored, now) is not { } last || now - last > Lifetime)
            {
                deletions.Add(new DeleteObject(stored.Key, stored.Revision));
            }

            if (deletions.Count == BatchSize)
            {
                break;
            }
        }

        return deletions;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RemoveExpiredAsync(stoppingToken);
            }
            catch (StoreUnavailableException e)
            {
                Log.Postponed(logger, e);
            }
        }
    }

    // Without a tree: there may be tens of thousands, most of them young, and all are looked at every minute.
    // The latest of all times: a client may report now what it says it saw long ago, and such an Event is news as well. What lies ahead is no observation.
    private static DateTimeOffset? LastObserved(StoredObject stored, DateTimeOffset now)
    {
        ReadOnlySpan<byte> json = stored.Json.Span;
        var whole = new Span(0, json.Length);
        DateTimeOffset? last = null;
        Take(TimeIn(json, JsonMembers.Find(json, whole, "series"u8), "lastObservedTime"u8));
        Take(TimeIn(json, whole, "lastTimestamp"u8));
        Take(TimeIn(json, whole, "eventTime"u8));
        Take(TimeIn(json, JsonMembers.Find(json, whole, "metadata"u8), "creationTimestamp"u8));
        return last;

        void Take(DateTimeOffset? time)
        {
            if (time <= now + ClockDifference && !(time <= last))
            {
                last = time;
            }
        }
    }

    private static DateTimeOffset? TimeIn(ReadOnlySpan<byte> json, Span? obj, ReadOnlySpan<byte> name) =>
        obj is { } found && DateTimeOffset.TryParse(
            JsonMembers.Text(json, found, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private async Task RemoveExpiredAsync(CancellationToken cancel)
    {
        List<Mutation> batch;
        do
        {
            batch = Expired(store.List(Resources.Events).Items, time.GetUtcNow());
            if (batch.Count > 0)
            {
                await store.CommitAsync(batch, cancel: cancel);
            }
        }
        while (batch.Count == BatchSize);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Expired events are removed later")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
