using k8s.Models;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Containerd;

public sealed class ContainerdRuntimeTests(ContainerdNode node)
{
    [Fact]
    public async Task Says_that_it_is_ready_and_serves_runc()
    {
        using var runtime = node.Runtime("probe");
        var health = await runtime.ProbeAsync(CancellationToken.None);
        Assert.True(health.Ready, health.Message);
        Assert.Equal(["runc"], health.Handlers);
        Assert.NotEmpty(health.Version);
    }

    [Fact]
    public async Task Says_that_a_socket_without_a_daemon_does_not_answer()
    {
        using var runtime = new ContainerdRuntime(new ContainerdOptions { SocketPath = "/tmp/no-such.sock", NodeName = "x" });
        var health = await runtime.ProbeAsync(CancellationToken.None);
        Assert.False(health.Ready);
        Assert.Empty(health.Handlers);
        Assert.Contains("/tmp/no-such.sock", health.Message);
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_container_ends_with_its_exit_code_and_its_output_in_the_log()
    {
        using var runtime = node.Runtime("exit");
        var pod = ContainerdNode.Pod("exit", "/bin/sh", "-c", "echo out $WHO; echo err >&2; exit 3");
        pod.Spec.Containers[0].Env = [new V1EnvVar { Name = "WHO", Value = "me" }];
        var (sandbox, _, logs) = await node.StartAsync(runtime, pod);
        var ended = await EndedAsync(runtime);
        Assert.Equal(3, ended.ExitCode);
        Assert.Equal("Error", ended.Reason);
        Assert.NotNull(ended.StartedAt);
        Assert.NotNull(ended.FinishedAt);
        var lines = await File.ReadAllLinesAsync(Path.Combine(logs, "main/0.log"));
        Assert.Contains(lines, l => l.EndsWith("stdout F out me", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.EndsWith("stderr F err", StringComparison.Ordinal));
        await runtime.RemoveSandboxAsync(sandbox, CancellationToken.None);
    }

    [Fact]
    public async Task Limits_are_those_of_the_control_group()
    {
        using var runtime = node.Runtime("limits");
        var pod = ContainerdNode.Pod("limits", "/bin/sh", "-c", "exec /bin/sh -c 'trap exit TERM; while :; do sleep 1; done'");
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements
        {
            Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("250m"), ["memory"] = new("64Mi") },
        };
        var (sandbox, id, _) = await node.StartAsync(runtime, pod);
        var (quota, memory) = ReadLimits($"orchestrator/limits/pod{pod.Metadata.Uid}/{id}");
        Assert.Equal("25000", quota);
        Assert.Equal("67108864", memory);
        await runtime.RemoveSandboxAsync(sandbox, CancellationToken.None);
        Assert.False(Directory.Exists($"/sys/fs/cgroup/memory/orchestrator/limits/pod{pod.Metadata.Uid}"));
    }

    [Fact]
    public async Task A_container_that_takes_too_much_memory_is_OOMKilled()
    {
        using var runtime = node.Runtime("oom");
        var pod = ContainerdNode.Pod("oom", "/bin/sh", "-c", "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done");
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements
        {
            Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("32Mi") },
        };
        var (sandbox, _, _) = await node.StartAsync(runtime, pod);
        var ended = await EndedAsync(runtime);
        Assert.Equal("OOMKilled", ended.Reason);
        Assert.Equal(137, ended.ExitCode);
        await runtime.RemoveSandboxAsync(sandbox, CancellationToken.None);
    }

    [Fact]
    public async Task A_new_runtime_finds_what_an_earlier_one_started_and_nothing_of_another_node()
    {
        var pod = ContainerdNode.Pod("adopted", "/bin/sh", "-c", "while :; do sleep 1; done");
        string sandbox;
        ObservedContainer before;
        using (var first = node.Runtime("adopt"))
        {
            (sandbox, _, _) = await node.StartAsync(first, pod);
            before = Assert.Single(Assert.Single(await first.ListAsync(CancellationToken.None)).Containers);
        }

        using var second = node.Runtime("adopt");
        using var other = node.Runtime("adopt-other");
        Assert.Empty(await other.ListAsync(CancellationToken.None));
        var found = Assert.Single(await second.ListAsync(CancellationToken.None));
        Assert.True(found.Ready);
        Assert.Equal(pod.Metadata.Uid, found.PodUid);
        Assert.NotNull(found.Ip);
        var container = Assert.Single(found.Containers);
        Assert.Equal(before.Pid, container.Pid);
        Assert.True(Directory.Exists($"/proc/{container.Pid}"));
        await second.RemoveSandboxAsync(sandbox, CancellationToken.None);
        await second.RemoveSandboxAsync(sandbox, CancellationToken.None);
        Assert.Empty(await second.ListAsync(CancellationToken.None));
        Assert.False(Directory.Exists($"/proc/{container.Pid}"));
    }

    [Fact]
    public async Task Stopping_asks_first_and_kills_after_the_grace_period()
    {
        using var runtime = node.Runtime("stop");
        var polite = ContainerdNode.Pod("polite", "/bin/sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        var (politeSandbox, politeId, logs) = await node.StartAsync(runtime, polite);
        await Eventually.TrueAsync(async () => (await File.ReadAllTextAsync(Path.Combine(logs, "main/0.log"))).Contains("ready", StringComparison.Ordinal), "the trap is set");
        await runtime.StopContainerAsync(politeId, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(7, (await EndedAsync(runtime)).ExitCode);
        await runtime.RemoveSandboxAsync(politeSandbox, CancellationToken.None);

        var deaf = ContainerdNode.Pod("deaf", "/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.1; done");
        var (deafSandbox, deafId, _) = await node.StartAsync(runtime, deaf);
        await runtime.StopContainerAsync(deafId, TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal(137, (await EndedAsync(runtime)).ExitCode);
        await runtime.RemoveSandboxAsync(deafSandbox, CancellationToken.None);
        await runtime.StopContainerAsync(deafId, TimeSpan.FromSeconds(1), CancellationToken.None);
    }

    [Fact]
    public async Task Refusals_carry_the_reason_kubectl_users_know()
    {
        using var runtime = node.Runtime("refuse");
        var never = await Assert.ThrowsAsync<RuntimeRefusalException>(() => runtime.EnsureImageAsync(new ImageRequest("nowhere:1", "Never"), CancellationToken.None));
        Assert.Equal("ErrImageNeverPull", never.Reason);
        Assert.NotEmpty((await runtime.EnsureImageAsync(new ImageRequest("busybox:test", "Never"), CancellationToken.None)).Id);

        var rooted = ContainerdNode.Pod("rooted", "/bin/sh");
        rooted.Spec.Containers[0].SecurityContext = new V1SecurityContext { RunAsNonRoot = true };
        var refused = await Assert.ThrowsAsync<RuntimeRefusalException>(() => node.StartAsync(runtime, rooted));
        Assert.Equal("CreateContainerConfigError", refused.Reason);

        foreach (var sandbox in await runtime.ListAsync(CancellationToken.None))
        {
            await runtime.RemoveSandboxAsync(sandbox.Id, CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_pod_has_no_more_processes_than_its_node_allows_and_a_filter_of_calls_where_the_node_has_one()
    {
        using var runtime = new ContainerdRuntime(new ContainerdOptions { SocketPath = node.Containerd.SocketPath, NodeName = "bounded", PodPidsLimit = 12, SeccompDefault = true });
        var pod = ContainerdNode.Pod("forks", "/bin/sh", "-c", "grep Seccomp: /proc/self/status; for i in $(seq 40); do sleep 60 & done; echo all");
        var (sandbox, _, logs) = await node.StartAsync(runtime, pod);
        await EndedAsync(runtime);
        var log = await File.ReadAllTextAsync(Path.Combine(logs, "main/0.log"));
        Assert.Contains("Seccomp:\t2", log, StringComparison.Ordinal);
        Assert.Contains("can't fork", log, StringComparison.Ordinal);
        Assert.DoesNotContain("all", log, StringComparison.Ordinal);
        await runtime.RemoveSandboxAsync(sandbox, CancellationToken.None);
    }

    private static async Task<ObservedContainer> EndedAsync(ContainerdRuntime runtime) => await Eventually.GetAsync(
        async () => (await runtime.ListAsync(CancellationToken.None)).SelectMany(s => s.Containers).FirstOrDefault(c => c.State == ContainerState.Exited),
        "the container ends");

    private static (string CpuQuota, string MemoryLimit) ReadLimits(string group) => File.Exists("/sys/fs/cgroup/cgroup.controllers")
        ? (File.ReadAllText($"/sys/fs/cgroup/{group}/cpu.max").Split(' ')[0], File.ReadAllText($"/sys/fs/cgroup/{group}/memory.max").Trim())
        : (File.ReadAllText($"/sys/fs/cgroup/cpu/{group}/cpu.cfs_quota_us").Trim(), File.ReadAllText($"/sys/fs/cgroup/memory/{group}/memory.limit_in_bytes").Trim());
}
