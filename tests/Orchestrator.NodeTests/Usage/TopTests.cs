using System.Globalization;
using k8s;
using Orchestrator.Model.Quantities;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Usage;

/// <summary><c>kubectl top</c> of every version shows what real containers use.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class TopTests(OneNodeCluster cluster)
{
    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Top_shows_nodes_and_pods(string program)
    {
        var kubectl = cluster.Server.Kubectl(program);
        using var client = cluster.Server.Client();
        var pod = OneNodeCluster.Pod("busy", "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); done");
        pod.Metadata.Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = "busy" };
        pod.Spec.Containers.Add(OneNodeCluster.Pod("idle", "trap 'exit 0' TERM; while :; do sleep 0.5; done").Spec.Containers[0]);
        pod.Spec.Containers[1].Name = "idle";
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        await cluster.RunningAsync("busy");

        // The first figures of a container come once it has been measured twice.
        var line = await Eventually.GetAsync(
            async () => await kubectl.TryAsync(null, "top", "pod", "busy", "--containers", "--no-headers") is (0, var text, _) && text.Contains("idle", StringComparison.Ordinal) ? text : null,
            "kubectl top shows both containers");
        var rows = line.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(r => r[1], StringComparer.Ordinal);
        Assert.True(Millicores(rows["main"][2]) > Millicores(rows["idle"][2]), line);
        Assert.All(rows.Values, r => Assert.Equal("busy", r[0]));

        var selected = await kubectl.RunAsync("top", "pod", "-A", "-l", "kind=busy");
        Assert.Matches("^NAMESPACE +NAME +CPU\\(cores\\) +MEMORY\\(bytes\\) *\ndefault +busy +\\d+m +\\d+Mi *\n$", selected);
        var node = await kubectl.RunAsync("top", "node", "--sort-by=cpu");
        Assert.Matches($"^NAME +CPU\\(cores\\) +CPU.* +MEMORY\\(bytes\\) +MEMORY.*\n{OneNodeCluster.Node} +\\d+m +\\d+% +\\d+Mi +\\d+% *\n$", node);
        Assert.Contains("busy", await kubectl.RunAsync("get", "pods.metrics.k8s.io"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "pod", "busy", "--now");
        var (code, _, errors) = await kubectl.TryAsync(null, "top", "pod", "busy");
        Assert.NotEqual(0, code);
        Assert.Contains("not found", errors, StringComparison.Ordinal);
    }

    private static long Millicores(string text) =>
        Quantity.TryParse(text, out var quantity) ? quantity.MilliValue : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{text} is no quantity"));
}
