using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Store.Cache;

namespace Orchestrator.Store;

/// <summary>Traces and metrics of the store, both under the name <c>Orchestrator.Store</c>.</summary>
internal sealed class StoreTelemetry : IDisposable
{
    public const string SourceName = "Orchestrator.Store";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Meter _meter = new(SourceName);
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _commitSeconds;
    private readonly Counter<long> _failed;

    public StoreTelemetry(ObjectCache cache, Func<long> lagRevisions)
    {
        _batchSize = _meter.CreateHistogram<int>("orchestrator.store.batch.size", "{mutation}", "Mutations committed in one transaction");
        _commitSeconds = _meter.CreateHistogram<double>("orchestrator.store.commit.duration", "s", "Time of one transaction, from sending it to its reply");
        _failed = _meter.CreateCounter<long>("orchestrator.store.mutation.failed", "{mutation}", "Mutations that lost their compare-and-swap");
        _meter.CreateObservableGauge("orchestrator.store.cache.revision", () => cache.Revision, "{revision}", "Highest revision in the cache");
        _meter.CreateObservableGauge("orchestrator.store.cache.lag", lagRevisions, "{revision}", "Revisions by which the cache is known to be behind the log");
        _meter.CreateObservableGauge("orchestrator.store.cache.objects", () => cache.ObjectCount, "{object}", "Objects in the cache");
        _meter.CreateObservableGauge("orchestrator.store.watchers", () => cache.SubscriptionCount, "{watcher}", "Attached subscriptions");
    }

    /// <summary>The caller's wait, part of the caller's trace.</summary>
    public static Activity? StartWait(int mutations) =>
        Source.StartActivity("store.commit")?.SetTag("orchestrator.mutations", mutations);

    /// <summary>A batch serves many traces, so it begins one of its own.</summary>
    public Activity? StartCommit(int mutations) =>
        Source.StartActivity("store.batch", ActivityKind.Internal, default(ActivityContext))?.SetTag("orchestrator.mutations", mutations);

    public void Committed(int mutations, int failed, TimeSpan duration)
    {
        _batchSize.Record(mutations);
        _commitSeconds.Record(duration.TotalSeconds);
        if (failed > 0)
        {
            _failed.Add(failed);
        }
    }

    public void Dispose() => _meter.Dispose();
}
