using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>A pod's life from API to containerd: scheduled, run, read, kept by an agent that starts anew, and gone without a trace.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class PodLifeTests(OneNodeCluster cluster)
{
    private const string Chatter = "trap 'echo bye; exit 0' TERM; echo one; echo two; while :; do sleep 0.1; done";

    [Fact]
    public async Task Logs_come_through_the_api_and_following_them_ends_with_the_pod()
    {
        var kubectl = cluster.Server.Kubectl();
        await CreateAsync("talker", Chatter);
        await cluster.RunningAsync("talker");
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("logs", "talker") == "one\ntwo\n", "both lines are in the log");
        Assert.Equal("two\n", await kubectl.RunAsync("logs", "talker", "--tail=1"));

        using var following = kubectl.Start("logs", "-f", "talker");
        Assert.Equal("one", await following.StandardOutput.ReadLineAsync());
        await kubectl.RunAsync("delete", "pod", "talker");
        Assert.Equal("two\nbye\n", await following.StandardOutput.ReadToEndAsync());
        await following.WaitForExitAsync();
        Assert.Equal(0, following.ExitCode);
    }

    [Fact]
    public async Task An_agent_that_starts_anew_keeps_what_runs_and_deletion_leaves_nothing()
    {
        await CreateAsync("keeper", Chatter);
        var before = await cluster.RunningAsync("keeper");
        var pid = Assert.Single(await ContainersAsync("keeper")).Pid;
        await cluster.StopAgentAsync();
        await cluster.StartAgentAsync();

        // Proof that the new agent is at work: it runs another pod.
        await CreateAsync("later", Chatter);
        await cluster.RunningAsync("later");
        var after = await cluster.RunningAsync("keeper");
        Assert.Equal(pid, Assert.Single(await ContainersAsync("keeper")).Pid);
        Assert.Equal(0, after.Status.ContainerStatuses[0].RestartCount);
        Assert.Equal(before.Status.ContainerStatuses[0].ContainerID, after.Status.ContainerStatuses[0].ContainerID);

        await cluster.Server.Kubectl().RunAsync("delete", "pod", "keeper", "later");
        Assert.DoesNotContain(await cluster.SandboxesAsync(), s => s.PodName is "keeper" or "later");
        Assert.False(Directory.Exists(cluster.Layout.PodDirectory(before.Metadata.Uid)));
        Assert.False(Directory.Exists(cluster.Layout.LogDirectory(before)));
        Assert.False(Directory.Exists($"/proc/{pid}"));
        using var client = cluster.Server.Client();
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ReadNamespacedPodAsync("keeper", "default"));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    private async Task<V1Pod> CreateAsync(string name, string script)
    {
        using var client = cluster.Server.Client();
        return await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod(name, script), "default");
    }

    private async Task<IEnumerable<ObservedContainer>> ContainersAsync(string pod) =>
        (await cluster.SandboxesAsync()).Where(s => s.PodName == pod).SelectMany(s => s.Containers);
}
