using System.Text.Json;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// How many more of this workload fit? Places one pod of each manifest again and again, until one fits nowhere. Nobody gives way for them. Pods that
/// wait already come first: the room is theirs.
/// </summary>
public static class CapacityQuestion
{
    public static SimulationAnswer<CapacityReport> Run(SimulatedCluster cluster, SimulationQuestion question, int limit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(question);
        var prepared = new PreparedQuestion(cluster, question);
        string[] errors = [.. prepared.Errors, .. Unanswerable(prepared)];
        if (errors.Length > 0)
        {
            return SimulationAnswer.Refused<CapacityReport>(errors);
        }

        Simulator.ChangeNodes(cluster, question, prepared, out _).Run(cancel);
        UsageSample before = UsageSample.Of(cluster);
        SimulatedPod[] set = [.. prepared.Workloads.Select(w => cluster.ReadPod(JsonSerializer.SerializeToElement(w.Pod(w.Name), SimulationJson.Default.JsonObject)))];
        var placer = new Placer(cluster.State, question.Profile, new Random(question.Seed));
        var perNode = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int count = 0;
        (SimulatedPod Pod, PlacementReport Report)? obstacle = null;
        while (count < limit && obstacle is null)
        {
            cancel.ThrowIfCancellationRequested();
            obstacle = PlaceSet(cluster, placer, set, count, perNode);
            count += obstacle is null ? 1 : 0;
        }

        return SimulationAnswer.Of(new CapacityReport
        {
            Policy = question.Policy,
            Seed = question.Seed,
            Notes = [.. prepared.Notes()],
            Workloads = [.. prepared.Workloads.Select(w => w.Title)],
            Count = count,
            StoppedAtLimit = obstacle is null,
            Nodes = [.. perNode.Where(n => n.Value > 0).Select(n => new NodeCapacity(n.Key, n.Value))],
            Obstacle = obstacle is { } first ? new CapacityObstacle(first.Pod.Key, first.Report.Message, first.Report.Filters, first.Report.Remedies) : null,
            Resources = SimulationReporting.Totals(before, UsageSample.Of(cluster)),
        });
    }

    private static IEnumerable<string> Unanswerable(PreparedQuestion prepared)
    {
        if (prepared.Workloads.Count == 0)
        {
            yield return "no workload to count: give its manifest";
        }

        foreach (ManifestWorkload workload in prepared.Workloads.Where(w => w.Kind == "DaemonSet"))
        {
            yield return $"{workload.Title}: a DaemonSet has one pod on each node, so that how many more fit is not a question";
        }
    }

    // All of the set, or none of it.
    private static (SimulatedPod Pod, PlacementReport Report)? PlaceSet(
        SimulatedCluster cluster, Placer placer, SimulatedPod[] set, int number, SortedDictionary<string, int> perNode)
    {
        var placed = new List<(string Uid, string Node)>();
        foreach (SimulatedPod pod in set)
        {
            Placement placement = default;
            PlacementReport? refusal = pod.Workload is null ? PlacementReport.UnknownRuntimeClass(cluster.State.NodeCount, pod.Facts.RuntimeClassName) : null;
            if (pod.Workload is { } workload)
            {
                placement = placer.Place(workload);
                refusal = placement.IsPlaced ? null : placer.Report(workload, placement);
            }

            if (refusal is not null)
            {
                foreach ((string uid, string node) in placed)
                {
                    cluster.RemovePod(uid);
                    perNode[node]--;
                }

                return (pod, refusal);
            }

            SimulatedPod copy = pod with { Facts = pod.Facts with { Uid = $"{pod.Facts.Uid}/{number}" } };
            cluster.Place(copy, placement.NodeName!);
            placed.Add((copy.Facts.Uid, placement.NodeName!));
            perNode[placement.NodeName!] = perNode.GetValueOrDefault(placement.NodeName!) + 1;
        }

        return null;
    }
}

/// <summary>How many more fit: <c>orchestrator.dev/v1 Capacity</c>.</summary>
public sealed record CapacityReport
{
    public string Kind { get; init; } = "Capacity";

    public string ApiVersion { get; init; } = "orchestrator.dev/v1";

    public required string Policy { get; init; }

    public required int Seed { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>KIND/NAME of the manifests that make a set, of one pod of each.</summary>
    public required IReadOnlyList<string> Workloads { get; init; }

    /// <summary>Sets that fit.</summary>
    public required int Count { get; init; }

    /// <summary>True where more may fit: counting ended at its limit.</summary>
    public required bool StoppedAtLimit { get; init; }

    /// <summary>Pods by node, in the order of names.</summary>
    public required IReadOnlyList<NodeCapacity> Nodes { get; init; }

    /// <summary>What the next set fails for.</summary>
    public CapacityObstacle? Obstacle { get; init; }

    /// <summary>Use of all nodes together, without and with those that fit.</summary>
    public required IReadOnlyList<UseChange> Resources { get; init; }
}

/// <param name="Name">The node.</param>
/// <param name="Pods">Pods that went there.</param>
public sealed record NodeCapacity(string Name, int Pods);

/// <param name="Pod">NAMESPACE/NAME of the manifest whose pod fits nowhere.</param>
/// <param name="Message">Why.</param>
/// <param name="Filters">Nodes by the filter that cut them.</param>
/// <param name="Remedies">The least changes that would let it fit.</param>
public sealed record CapacityObstacle(string Pod, string Message, IReadOnlyList<FilterVerdict> Filters, IReadOnlyList<string> Remedies);
