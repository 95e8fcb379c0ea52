using System.Text.Json.Nodes;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Load.Scenarios;

/// <summary>A load test, as data: what there is, what comes, what goes wrong, and what is measured. Read by <see cref="ScenarioReader"/>.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>What is measured: see <see cref="Measures"/>.</summary>
    public required string Measure { get; init; }

    /// <summary>All that is random comes from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Rounds of each case.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Load before the first round of a case, not counted.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>Of a round, where it is not given by what a case does.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How nodes are chosen, in process: a name of <see cref="PlacementPolicies"/>.</summary>
    public string Policy { get; init; } = PlacementPolicies.Balanced;

    public IReadOnlyList<NodeClass> Nodes { get; init; } = [];

    public IReadOnlyList<WorkloadClass> Workloads { get; init; } = [];

    public IReadOnlyList<CaseSpec> Cases { get; init; } = [];

    public IReadOnlyList<Fault> Faults { get; init; } = [];

    public IReadOnlyList<Threshold> Thresholds { get; init; } = [];

    /// <summary>As it was read, with what was set from outside.</summary>
    public required JsonObject Source { get; init; }

    public int NodeCount => Nodes.Sum(n => n.Count);
}

/// <summary>Nodes that are alike.</summary>
/// <param name="Name">What they are called: nodes are named <c>NAME-0</c>, <c>NAME-1</c>, ...</param>
/// <param name="Count">How many.</param>
/// <param name="Capacity">Quantities by resource.</param>
/// <param name="Zones">They are spread over so many zones.</param>
/// <param name="Labels">Of each.</param>
/// <param name="Taints">Of each.</param>
/// <param name="Runtimes">Runtime handlers that they serve.</param>
internal sealed record NodeClass(
    string Name, int Count, IReadOnlyDictionary<string, string> Capacity, int Zones, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<Taint> Taints, IReadOnlyList<string> Runtimes);

/// <summary>Workloads that are alike.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Weight">How often it comes, relative to the others.</param>
/// <param name="Pod">Metadata and spec of its pods.</param>
/// <param name="Handler">Runtime handler of the pods.</param>
/// <param name="Lifetime">How long they stay; null for as long as the run lasts.</param>
internal sealed record WorkloadClass(string Name, double Weight, JsonObject Pod, string Handler, Lifetime? Lifetime);

/// <summary>How long workloads stay.</summary>
/// <param name="Distribution">fixed, exponential, or pareto (many short, few very long).</param>
/// <param name="Mean">In the mean.</param>
internal sealed record Lifetime(string Distribution, TimeSpan Mean)
{
    private const double ParetoShape = 1.5;

    public TimeSpan Draw(Random random) => Distribution switch
    {
        "fixed" => Mean,
        "exponential" => Mean * -Math.Log(1 - random.NextDouble()),
        _ => Mean * ((ParetoShape - 1) / ParetoShape) * Math.Pow(1 - random.NextDouble(), -1 / ParetoShape),
    };
}

/// <summary>Something that goes wrong during a round.</summary>
/// <param name="Kind">loseNodes, slowAgents, pauseDatabase or slowScheduler.</param>
/// <param name="At">From the round's beginning.</param>
/// <param name="For">How long; zero until the round's end.</param>
/// <param name="Share">Of nodes, or by how much slower.</param>
/// <param name="Delay">What slow agents take longer.</param>
internal sealed record Fault(string Kind, TimeSpan At, TimeSpan For, double Share, TimeSpan Delay);

/// <summary>A limit that a run must keep, else its exit code says so.</summary>
/// <param name="Case">Name of a case; empty for each.</param>
/// <param name="Metric">perSecond, p50Milliseconds, p99Milliseconds, maxMilliseconds, errors, or a figure's name.</param>
internal sealed record Threshold(string Case, string Metric, double? Least, double? Most);

/// <summary>Names of what can be measured.</summary>
internal static class Measures
{
    public const string Store = "store";
    public const string Requests = "requests";
    public const string Lists = "lists";
    public const string Watches = "watches";
    public const string Memory = "memory";
    public const string Bind = "bind";
    public const string Placement = "placement";
    public const string Replay = "replay";
    public const string Lifecycle = "lifecycle";
    public const string NodeLoss = "nodeLoss";
    public const string Rollout = "rollout";
    public const string Start = "start";
    public const string Devices = "devices";
    public const string Hosts = "hosts";

    public static string[] All { get; } = [Store, Requests, Lists, Watches, Memory, Bind, Placement, Replay, Lifecycle, NodeLoss, Rollout, Start, Devices, Hosts];
}
