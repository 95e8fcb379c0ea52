using System.Diagnostics;
using System.Diagnostics.Metrics;
using k8s.Models;
using Orchestrator.Model;

namespace Orchestrator.Agent.Telemetry;

/// <summary>Traces and metrics of the agent, under the name <c>Orchestrator.Agent</c>.</summary>
public static class AgentTelemetry
{
    public const string Name = "Orchestrator.Agent";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Histogram<double> StepDuration = Meter.CreateHistogram<double>(
        "orchestrator.agent.step.duration", "s", "Time that steps of pods took, by step and outcome.");

    public static readonly Histogram<double> PodStartDuration = Meter.CreateHistogram<double>(
        "orchestrator.agent.pod.start.duration", "s", "Time from a pod's creation to its first being Running.");

    public static readonly Histogram<double> ObservationDuration = Meter.CreateHistogram<double>(
        "orchestrator.agent.runtime.list.duration", "s", "Time a runtime took to say what it holds, by technology.");

    public static readonly Counter<long> StatusPatches = Meter.CreateCounter<long>(
        "orchestrator.agent.status.patches", "{patch}", "Writes of pod statuses, by outcome.");

    public static readonly Counter<long> EventsDropped = Meter.CreateCounter<long>(
        "orchestrator.agent.events.dropped", "{event}", "Events not sent because the queue was full or a pod had too many.");

    public static void ObservePods(Func<IEnumerable<Measurement<long>>> count) =>
        Meter.CreateObservableGauge("orchestrator.agent.pods", count, "{pod}", "Pods of this node, by phase.");

    /// <summary>Starts an activity as part of the trace that created the pod.</summary>
    public static Activity? Start(string name, V1Pod pod)
    {
        string? parent = null;
        pod.Metadata.Annotations?.TryGetValue(WellKnown.TraceParentAnnotation, out parent);
        _ = ActivityContext.TryParse(parent, null, isRemote: true, out var context);
        var activity = Activities.StartActivity(name, ActivityKind.Internal, context);
        activity?.SetTag("k8s.pod.uid", pod.Metadata.Uid);
        activity?.SetTag("k8s.pod.name", pod.Metadata.Name);
        activity?.SetTag("k8s.namespace.name", pod.Metadata.NamespaceProperty);
        return activity;
    }
}
