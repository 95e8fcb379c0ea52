using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.NodeTests.Containerd;
using Orchestrator.Testing;
using Orchestrator.Testing.NodeAgent;

namespace Orchestrator.NodeTests.NodeAgent;

/// <summary>What a node says of itself while some of its runtimes are still being tried.</summary>
public sealed class ProbeTests(ContainerdNode node)
{
    [Fact]
    public async Task A_runtime_that_takes_long_to_try_keeps_neither_the_node_nor_other_runtimes_waiting()
    {
        var api = new ApiDouble();
        using var containerd = node.Runtime("slow");
        var held = new HeldRuntime();
        await using var agent = await RunningAgent.StartAsync("slow", Path.Combine(node.Containerd.Directory, "agent-slow"), api.Client(), held, containerd);

        await ReadyAsync(api, "/api/v1/nodes/slow", "True");
        await ReadyAsync(api, "/apis/orchestrator.dev/v1/hypervisors/slow-containerd", "True");
        Assert.Equal(RuntimeHealth.Probing, await ReadyAsync(api, "/apis/orchestrator.dev/v1/hypervisors/slow-held", "False"));

        held.Decide(new RuntimeHealth(true, "Works", "it was tried", "1", ["vm"], []));
        Assert.Equal("Works", await ReadyAsync(api, "/apis/orchestrator.dev/v1/hypervisors/slow-held", "True"));
    }

    /// <summary>The reason of the condition Ready, once it has the given status.</summary>
    private static Task<string> ReadyAsync(ApiDouble api, string path, string status) => Eventually.GetAsync(
        () => Task.FromResult(
            (api.Find(path)?["status"]?["conditions"] as JsonArray ?? [])
                .Where(condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == status)
                .Select(condition => (string?)condition!["reason"])
                .FirstOrDefault()),
        $"{path} says Ready={status}");
}
