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
            && (pod.HostPort == 0 || present.All(p => p.HostPort != pod.HostPort));
    }

    public HashSet<string> Eligible(SimplePod pod) => [.. Nodes.Keys.Where(n => Fits(n, pod))];
}

internal sealed record SimpleNode(string Name, long CpuMilli, long MemoryBytes, int Pods, string Zone, string[] Taints, bool Cordoned)
{
    public NodeFacts ToFacts() => new(
        Name,
        [new("cpu", $"{CpuMilli}m"), new("memory", $"{MemoryBytes}"), new("pods", $"{Pods}")],
        [new Label("zone", Zone)],
        [.. Taints.Select(t => new Taint(t, "", "NoSchedule"))],
        Cordoned);
}

internal sealed record SimplePod(long CpuMilli, long MemoryBytes, string? Zone, string[] ToleratedKeys, int HostPort)
{
    public string ToJson() => System.Text.Json.JsonSerializer.Serialize(new
    {
        spec = new
        {
            nodeSelector = Zone is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["zone"] = Zone },
            tolerations = ToleratedKeys.Select(k => new { key = k, @operator = "Exists" }),
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
}
