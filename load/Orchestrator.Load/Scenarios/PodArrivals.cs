using System.Text.Json.Nodes;
using Orchestrator.Load.Traces;
using Orchestrator.Model.Json;

namespace Orchestrator.Load.Scenarios;

/// <param name="DueSeconds">From the round's beginning.</param>
/// <param name="Template">The pod without its name.</param>
/// <param name="LifetimeSeconds">From when it is due; null for as long as the run lasts.</param>
internal readonly record struct ArrivingPod(double DueSeconds, JsonObject Template, double? LifetimeSeconds);

/// <summary>The pods of a round: by an arrival process and a mix of workloads, or as a trace says.</summary>
internal sealed class PodArrivals(ArrivalProcess process, WeightedChoice<WorkloadClass> mix, IReadOnlyList<TracePod> trace)
{
    public static PodArrivals Of(Scenario scenario, CaseSpec spec, LoadContext context)
    {
        var process = spec.Arrivals!;
        var chosen = scenario.Workloads.Where(w => spec.Workloads.Count == 0 || spec.Workloads.Contains(w.Name)).ToList();
        return new PodArrivals(
            process,
            new WeightedChoice<WorkloadClass>([.. chosen.Select(w => (w, w.Weight))]),
            process.Trace.Length == 0 ? [] : PodTrace.Read(Path.Combine(context.DataDirectory ?? ".", process.Trace)));
    }

    /// <summary>In the order in which they are due.</summary>
    public IReadOnlyList<ArrivingPod> Draw(TimeSpan duration, Random random)
    {
        if (process.Trace.Length > 0)
        {
            return
            [
                .. trace.TakeWhile(t => t.AtSeconds / process.Speed < duration.TotalSeconds)
                    .Select(t => new ArrivingPod(t.AtSeconds / process.Speed, Complete(t.Pod()), t.LifetimeSeconds / process.Speed)),
            ];
        }

        return
        [
            .. process.DueSeconds(duration, random).Select(due =>
            {
                var workload = mix.Draw(random);
                return new ArrivingPod(due, Complete(workload.Pod), workload.Lifetime?.Draw(random).TotalSeconds);
            }),
        ];
    }

    /// <summary>A pod that the API takes: with what every pod has, and without a token that no simulated pod asks for.</summary>
    internal static JsonObject Complete(JsonObject pod)
    {
        var whole = pod.DeepClone().AsObject();
        whole["apiVersion"] = "v1";
        whole["kind"] = "Pod";
        whole["metadata"] ??= new JsonObject();
        var spec = whole["spec"]!.AsObject();
        spec["automountServiceAccountToken"] ??= false;
        foreach (var (container, i) in spec.Items("containers"))
        {
            container["name"] ??= $"main-{i}";
            container["image"] ??= "registry.example.com/team/service:1.2.3";
        }

        return whole;
    }
}
