using System.Globalization;
using System.Text.Json;
using Orchestrator.Load.Scenarios;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Load.Servers;

/// <param name="Name">metadata.name.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Class">What it is like.</param>
internal sealed record SimulatedNode(string Name, string Zone, NodeClass Class)
{
    public IEnumerable<KeyValuePair<string, string>> Labels =>
        [KeyValuePair.Create("kubernetes.io/hostname", Name), KeyValuePair.Create("topology.kubernetes.io/zone", Zone), .. Class.Labels];

    /// <summary>Whether it runs virtual machines rather than containers only.</summary>
    public bool IsForMachines => Class.Runtimes.Any(r => r != "runc");
}

/// <summary>The objects of nodes without machines, as JSON.</summary>
internal static class NodeManifests
{
    /// <summary>Each node of the classes; classes one after another.</summary>
    public static IReadOnlyList<SimulatedNode> Expand(IReadOnlyList<NodeClass> classes, double scale = 1) =>
    [
        .. classes.SelectMany(c => Enumerable.Range(0, Math.Max(1, (int)Math.Round(c.Count * scale))).Select(i => new SimulatedNode(
            string.Create(CultureInfo.InvariantCulture, $"{c.Name}-{i}"), string.Create(CultureInfo.InvariantCulture, $"zone-{i % c.Zones}"), c))),
    ];

    public static string Node(SimulatedNode node)
    {
        var capacity = Json(node.Class.Capacity);
        var taints = node.Class.Taints.Count == 0
            ? ""
            : $"\"spec\":{{\"taints\":[{string.Join(',', node.Class.Taints.Select(t => $"{{\"key\":{Json(t.Key)},\"value\":{Json(t.Value)},\"effect\":{Json(t.Effect)}}}"))}]}},";
        return $$$$"""
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{{node.Name}}}}","labels":{{{{Json(new Dictionary<string, string>(node.Labels))}}}}},{{{{taints}}}}
        "status":{"capacity":{{{{capacity}}}},"allocatable":{{{{capacity}}}},
        "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"2026-01-01T00:00:00Z","lastTransitionTime":"2026-01-01T00:00:00Z"}],
        "nodeInfo":{"kubeletVersion":"v1.33.0","osImage":"Debian GNU/Linux 12","kernelVersion":"6.1.0","containerRuntimeVersion":"containerd://1.6.20","architecture":"amd64","operatingSystem":"linux","machineID":"","systemUUID":"","bootID":"","kubeProxyVersion":""}}}
        """;
    }

    public static string Lease(string node) =>
        $$$"""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"{{{node}}}"},"spec":{"holderIdentity":"{{{node}}}","leaseDurationSeconds":40}}""";

    public static string HypervisorName(SimulatedNode node) => node.Name + "-simulated";

    public static string Hypervisor(SimulatedNode node) =>
        $$$"""{"apiVersion":"orchestrator.dev/v1","kind":"Hypervisor","metadata":{"name":"{{{HypervisorName(node)}}}"},"spec":{"nodeName":"{{{node.Name}}}","technology":"simulated","class":"{{{Class(node)}}}"}}""";

    public static string HypervisorStatus(SimulatedNode node) =>
        $$$"""{"status":{"runtimeHandlers":[{{{string.Join(',', node.Class.Runtimes.Select(Json))}}}],"conditions":[{"type":"Ready","status":"True","reason":"Probed","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""";

    public static string Class(SimulatedNode node) =>
        !node.IsForMachines ? VirtualizationClasses.OSLevel : node.Class.Runtimes.Contains("kvm") ? VirtualizationClasses.HardwareAssisted : VirtualizationClasses.Full;

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
