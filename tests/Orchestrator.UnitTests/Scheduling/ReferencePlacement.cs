using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.UnitTests.Scheduling;

/// <summary>The cluster as plain lists, and placement as nested loops: slow, and too simple to be wrong in the ways the real one could be.</summary>
internal sealed class ReferencePlacement
{
    public Dictionary<string, SimpleNode> Nodes { get; } = [];

    public Dictionary<string, (string Node, SimplePod Pod)> Placed { get; } = [];

    public bool Fits(string nodeName, SimplePod pod)
    {
        SimpleNode node = Nodes[nodeName];
        SimplePod[] present = [.. Placed.Values.Where(p => p.Node == nodeName).Select(p => p.Pod)];
        return !node.Cordoned
            && node.Taints.All(t => pod.ToleratedKeys.Contains(t))
            && (pod.Zone is null || pod.Zone == node.Zone)
            // Who asks for nothing of a resource is not kept away by its lack, as in Kubernetes: a node that shrank may have less than is taken.
            && (pod.CpuMilli == 0 || present.Sum(p => p.CpuMilli) + pod.CpuMilli <= node.CpuMilli)
            && (pod.MemoryBytes == 0 || present.Sum(p => p.MemoryBytes) + pod.MemoryBytes <= node.MemoryBytes)
            && present.Length < node.Pods
            && (pod.HostPort == 0 || present.All(p => p.HostPort != pod.HostPort))
            && KeepsAffinity(node, pod)
            && KeepsAntiAffinity(node, pod)
            && KeepsSpread(node, pod);
    }

    // The pods on known nodes in the same domain as the node.
    private IEnumerable<SimplePod> Together(SimpleNode node, string key) => Placed.Values
        .Where(p => Nodes.TryGetValue(p.Node, out SimpleNode? other) && other.Domain(key) == node.Domain(key))
        .Select(p => p.Pod);

    private bool KeepsAffinity(SimpleNode node, SimplePod pod) =>
        pod.Affinity is not { } term
        || Together(node, term.Key).Any(p => p.App == term.App)
        || (pod.App == term.App && !Placed.Values.Any(p => Nodes.ContainsKey(p.Node) && p.Pod.App == term.App));

    private bool KeepsAntiAffinity(SimpleNode node, SimplePod pod) =>
        (pod.AntiAffinity is not { } term || Together(node, term.Key).All(p => p.App != term.App))
        && new[] { "zone", "host" }.All(key => Together(node, key).All(p => p.AntiAffinity != new SimpleTerm(pod.App, key)));

    private bool KeepsSpread(SimpleNode node, SimplePod pod)
    {
        if (pod.Spread is not { } spread)
        {
            return true;
        }

        int Count(SimpleNode n) => Placed.Values.Count(p =>
            Nodes.TryGetValue(p.Node, out SimpleNode? other) && Counts(other) && other.Domain(spread.Of.Key) == n.Domain(spread.Of.Key) && p.Pod.App == spread.Of.App);
        bool Counts(SimpleNode n) => pod.Zone is null || pod.Zone == n.Zone;
        SimpleNode[] counted = [.. Nodes.Values.Where(Counts)];
        int least = counted.Length == 0 ? 0 : counted.Min(Count);
        return Count(node) + (pod.App == spread.Of.App ? 1 : 0) - least <= spread.MaxSkew;
    }

    public HashSet<string> Eligible(SimplePod pod) => [.. Nodes.Keys.Where(n => Fits(n, pod))];
}

internal sealed record SimpleNode(string Name, long CpuMilli, long MemoryBytes, int Pods, string Zone, string[] Taints, bool Cordoned)
{
    public string Domain(string key) => key == "zone" ? Zone : Name;

    public NodeFacts ToFacts() => new(
        Name,
        [new("cpu", $"{CpuMilli}m"), new("memory", $"{MemoryBytes}"), new("pods", $"{Pods}")],
        [new Label("zone", Zone), new Label("host", Name)],
        [.. Taints.Select(t => new Taint(t, "", "NoSchedule"))],
        Cordoned);
}

internal sealed record SimpleTerm(string App, string Key);

internal sealed record SimpleSpread(SimpleTerm Of, int MaxSkew);

internal sealed record SimplePod(long CpuMilli, long MemoryBytes, string? Zone, string[] ToleratedKeys, int HostPort)
{
    public string App { get; init; } = "x";

    public SimpleTerm? Affinity { get; init; }

    public SimpleTerm? AntiAffinity { get; init; }

    public SimpleSpread? Spread { get; init; }

    public int Priority { get; init; }

    public string ToJson() => System.Text.Json.JsonSerializer.Serialize(new
    {
        metadata = new { @namespace = "default", labels = new { app = App } },
        spec = new
        {
            nodeSelector = Zone is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["zone"] = Zone },
            tolerations = ToleratedKeys.Select(k => new { key = k, @operator = "Exists" }),
            affinity = new { podAffinity = Required(Affinity), podAntiAffinity = Required(AntiAffinity) },
            topologySpreadConstraints = Spread is null
                ? []
                : new[]
                {
                    new { maxSkew = Spread.MaxSkew, topologyKey = Spread.Of.Key, whenUnsatisfiable = "DoNotSchedule", labelSelector = Selector(Spread.Of) },
                },
            containers = new[]
            {
                new
                {
                    resources = new { requests = new { cpu = $"{CpuMilli}m", memory = $"{MemoryBytes}" } },
                    ports = new[] { new { hostPort = HostPort } },
                },
            },
        },
    });

    private static object Required(SimpleTerm? term) => new
    {
        requiredDuringSchedulingIgnoredDuringExecution = term is null
            ? []
            : new[] { new { topologyKey = term.Key, labelSelector = Selector(term) } },
    };

    private static object Selector(SimpleTerm term) => new { matchLabels = new { app = term.App } };
}
