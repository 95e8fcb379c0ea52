using k8s;
using k8s.Models;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Containerd;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Streams;

/// <summary><c>kubectl debug</c> of every version: into a running pod, on a copy of it, and on its node.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class DebugTests(OneNodeCluster cluster)
{
    private const string Script = "trap 'exit 0' TERM; while :; do sleep 0.2; done";
    private const string Image = ContainerdFixture.BusyboxImage;

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Debug_sees_the_processes_of_the_container_it_is_aimed_at(string program)
    {
        var pod = await StartAsync("debugged-" + Suffix(program));
        var command = $"{program} --kubeconfig {cluster.Server.Kubeconfig} debug -it {pod} --image={Image} --target=main -c looker -- sh -c 'sleep 1; tty; echo PROCESSES; ps; exit 3'";
        var (_, output, _) = await Shell.RunAsync("script", ["-qec", command, "/dev/null"], TestContext.Current.CancellationToken);
        Assert.Contains("/dev/pts/", output, StringComparison.Ordinal);
        Assert.Contains(Script, output[output.IndexOf("PROCESSES", StringComparison.Ordinal)..], StringComparison.Ordinal);

        using var client = cluster.Server.Client();
        var ended = await Eventually.GetAsync(
            async () => (await client.CoreV1.ReadNamespacedPodAsync(pod, "default")).Status.EphemeralContainerStatuses is [{ State.Terminated: { } t } s] ? s : null,
            "the ephemeral container's end is reported");
        Assert.Equal(("looker", 3, 0, false), (ended.Name, ended.State.Terminated.ExitCode, ended.RestartCount, ended.Ready));
        Assert.Contains("PROCESSES", await cluster.Server.Kubectl(program).RunAsync("logs", pod, "-c", "looker"), StringComparison.Ordinal);
        Assert.Equal("Running", (await client.CoreV1.ReadNamespacedPodAsync(pod, "default")).Status.Phase);
        await cluster.Server.Kubectl().RunAsync("delete", "pod", pod, "--now");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Debug_makes_a_copy_and_works_on_the_node(string program)
    {
        var kubectl = cluster.Server.Kubectl(program);
        var pod = await StartAsync("copied-" + Suffix(program));
        await kubectl.RunAsync("debug", pod, $"--copy-to={pod}-copy", $"--image={Image}", "-c", "extra", "--share-processes", "--", "sh", "-c", Script);
        var copy = await cluster.RunningAsync(pod + "-copy");
        Assert.Equal(["main", "extra"], copy.Spec.Containers.Select(c => c.Name));
        Assert.Contains(Script, await kubectl.RunAsync("exec", pod + "-copy", "-c", "extra", "--", "ps"), StringComparison.Ordinal);

        var said = await kubectl.RunAsync("debug", $"node/{OneNodeCluster.Node}", $"--image={Image}", "--profile=general", "--", "chroot", "/host", "cat", "/proc/sys/kernel/hostname", "/proc/1/comm");
        var debugger = said.Split(' ').First(w => w.StartsWith("node-debugger-", StringComparison.Ordinal));
        await kubectl.RunAsync("wait", "pod/" + debugger, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=170s");
        Assert.Equal(Environment.MachineName + "\n" + await File.ReadAllTextAsync("/proc/1/comm"), await kubectl.RunAsync("logs", debugger));
        await kubectl.RunAsync("delete", "pod", pod, pod + "-copy", debugger, "--now");
    }

    [Fact]
    public async Task What_cannot_be_run_says_so_and_leaves_the_pod_alone()
    {
        var pod = await StartAsync("blamed");
        var kubectl = cluster.Server.Kubectl();
        var (code, _, errors) = await kubectl.TryAsync(null, "patch", "pod", pod, "--type=merge", "-p", $$$"""{"spec":{"ephemeralContainers":[{"name":"x","image":"{{{Image}}}"}]}}""");
        Assert.Equal(1, code);
        Assert.Contains("spec.ephemeralContainers: Forbidden: may only be changed by the subresource", errors, StringComparison.Ordinal);

        await kubectl.RunAsync("debug", pod, "--image=no.such.registry.invalid/image:1", "--image-pull-policy=Never", "-c", "never");
        using var client = cluster.Server.Client();
        var waiting = await Eventually.GetAsync(
            async () => (await client.CoreV1.ReadNamespacedPodAsync(pod, "default")).Status.EphemeralContainerStatuses is [{ State.Waiting: { Reason: "ErrImageNeverPull" } w }] ? w : null,
            "the reason is reported");
        Assert.Contains("is not present with pull policy of Never", waiting.Message, StringComparison.Ordinal);
        Assert.True((await client.CoreV1.ReadNamespacedPodAsync(pod, "default")).Status.ContainerStatuses[0].Ready);
        await kubectl.RunAsync("delete", "pod", pod, "--now");
    }

    private static string Suffix(string program) => program.Split('.')[^1];

    private async Task<string> StartAsync(string name)
    {
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod(name, Script), "default");
        await cluster.RunningAsync(name);
        return name;
    }
}
