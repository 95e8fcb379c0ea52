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

    /// <summary>The deletions of events that have had their time, at most one batch.</summary>
    internal static List<Mutation> Expired(IEnumerable<StoredObject> events, DateTimeOffset now)
    {
        var deletions = new List<Mutation>();
        foreach (StoredObject stored in events)
        {
            if (LastObserved(stored) is not { } last || now - last > Lifetime)
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
    private static DateTimeOffset? LastObserved(StoredObject stored)
    {
        ReadOnlySpan<byte> json = stored.Json.Span;
        var whole = new Span(0, json.Length);
        return TimeIn(json, JsonMembers.Find(json, whole, "series"u8), "lastObservedTime"u8)
            ?? TimeIn(json, whole, "lastTimestamp"u8)
            ?? TimeIn(json, whole, "eventTime"u8)
            ?? TimeIn(json, JsonMembers.Find(json, whole, "metadata"u8), "creationTimestamp"u8);
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
