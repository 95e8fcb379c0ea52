using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Traces and metrics of schedulers, under the name <c>Orchestrator.Scheduler</c>.</summary>
internal sealed class SchedulerTelemetry : IDisposable
{
    public const string SourceName = "Orchestrator.Scheduler";

    private readonly ActivitySource _activities = new(SourceName);
    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _binds;
    private readonly Histogram<double> _waitSeconds;
    private readonly Histogram<double> _bindSeconds;
    private readonly ConcurrentDictionary<(string Scheduler, string State), int> _queue = new();

    public SchedulerTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(SourceName);
        _decisions = _meter.CreateCounter<long>("orchestrator.scheduler.decisions", "{decision}", "Decisions, by outcome");
        _binds = _meter.CreateCounter<long>("orchestrator.scheduler.binds", "{bind}", "Binds written, by outcome");
        _waitSeconds = _meter.CreateHistogram<double>("orchestrator.scheduler.wait.duration", "s", "From seeing a pod pending to deciding where it goes");
        _bindSeconds = _meter.CreateHistogram<double>("orchestrator.scheduler.bind.duration", "s", "From sending a batch of binds to its answer");
        _meter.CreateObservableGauge("orchestrator.scheduler.queue.length", ObserveQueue, "{pod}", "Pods waiting, by state");
    }

    public void Decided(string scheduler, SchedulingDecision decision)
    {
        bool placed = decision.NodeName is not null;
        _decisions.Add(1, new("scheduler", scheduler), new("outcome", placed ? "scheduled" : "unschedulable"));
        if (placed)
        {
            _waitSeconds.Record((decision.DecidedAt - decision.Pod.Since).TotalSeconds, new KeyValuePair<string, object?>("scheduler", scheduler));
        }

        using Activity? activity = Start("schedule", decision, decision.Pod.Since);
        activity?.SetTag("orchestrator.scheduler.outcome", placed ? "scheduled" : "unschedulable");
        activity?.SetTag("orchestrator.scheduler.nodes.eligible", decision.Report.NodesEligible);
        activity?.SetEndTime(decision.DecidedAt.UtcDateTime);
    }

    public void Bound(string scheduler, SchedulingDecision decision, CommitOutcome outcome, TimeSpan duration)
    {
        _binds.Add(1, new("scheduler", scheduler), new("outcome", outcome.ToString()));
        _bindSeconds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("scheduler", scheduler));
        using Activity? activity = Start("bind", decision, decision.DecidedAt);
        activity?.SetTag("orchestrator.scheduler.outcome", outcome.ToString());
        activity?.SetEndTime((decision.DecidedAt + duration).UtcDateTime);
        if (outcome != CommitOutcome.Committed)
        {
            activity?.SetStatus(ActivityStatusCode.Error, outcome.ToString());
        }
    }

    public void QueueIs(string scheduler, int ready, int backingOff, int unschedulable)
    {
        _queue[(scheduler, "ready")] = ready;
        _queue[(scheduler, "backoff")] = backingOff;
        _queue[(scheduler, "unschedulable")] = unschedulable;
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meter.Dispose();
    }

    // The pod carries the trace of the request that created it.
    private Activity? Start(string name, SchedulingDecision decision, DateTimeOffset since)
    {
        if (!_activities.HasListeners() || !ActivityContext.TryParse(decision.Pod.Facts.TraceParent, null, isRemote: true, out ActivityContext parent))
        {
            return null;
        }

        Activity? activity = _activities.StartActivity(name, ActivityKind.Internal, parent, startTime: since);
        activity?.SetTag("k8s.namespace.name", decision.Pod.Facts.Namespace);
        activity?.SetTag("k8s.pod.name", decision.Pod.Facts.Name);
        activity?.SetTag("k8s.node.name", decision.NodeName);
        return activity;
    }

    private IEnumerable<Measurement<int>> ObserveQueue() => _queue.Select(q =>
        new Measurement<int>(q.Value, new("scheduler", q.Key.Scheduler), new("state", q.Key.State)));
}
