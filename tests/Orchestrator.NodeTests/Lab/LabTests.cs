using System.Diagnostics;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Lab;

/// <summary>The whole system as its user meets it: a lab, a manifest, stock kubectl.</summary>
[Collection(LabCollection.Name)]
public sealed class LabTests(LabFixture lab)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task One_manifest_gives_a_container_and_a_machine()
    {
        await lab.KubectlAsync("apply", "-f", SampleManifest.Path);
        await Task.WhenAll(lab.WaitForPhaseAsync("hello", "Running", Patience), lab.WaitForPhaseAsync("hello-vm", "Running", Patience));

        var wide = await lab.KubectlAsync("get", "pods,nodes,hypervisors", "-o", "wide");
        Assert.All((string[])["pod/hello-vm", "node/lab-1", "node/lab-2", "lab-1-containerd", "lab-2-qemu"], name => Assert.Contains(name, wide, StringComparison.Ordinal));
        foreach (var pod in (string[])["hello", "hello-vm"])
        {
            await Eventually.TrueAsync(async () => (await lab.KubectlAsync("logs", pod)).Contains($"Hello from {pod}", StringComparison.Ordinal), $"a greeting in the log of {pod}", Patience);
            var node = await lab.KubectlAsync("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
            var explanation = await lab.ExplainAsync(pod);
            Assert.Contains($"was placed on node {node}", explanation, StringComparison.Ordinal);
            Assert.Contains("Filters", explanation, StringComparison.Ordinal);
            Assert.Contains("LeastAllocated", explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_runtime_class_alone_makes_a_container_a_machine()
    {
        foreach (var (name, runtimeClass) in ((string, string?)[])[("same", null), ("same-vm", "vm")])
        {
            Assert.Equal(0, (await lab.ApplyAsync(SampleManifest.Pod(name, runtimeClass, "86301"))).ExitCode);
            await lab.WaitForPhaseAsync(name, "Running", Patience);
            await Eventually.TrueAsync(async () => (await lab.KubectlAsync("logs", name)).Contains($"I am {name}", StringComparison.Ordinal), $"the log of {name}", Patience);
        }

        Assert.StartsWith("containerd://", await ContainerIdAsync("same"), StringComparison.Ordinal);
        Assert.StartsWith("qemu://", await ContainerIdAsync("same-vm"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server")]
    [InlineData("agent")]
    [InlineData("postgres")]
    public async Task What_is_killed_comes_back_and_workloads_run_on(string part)
    {
        var marker = part switch
        {
            "server" => "86311",
            "agent" => "86312",
            _ => "86313",
        };
        await lab.ApplyAsync(SampleManifest.Pod($"kept-{part}", runtimeClass: null, marker));
        await lab.ApplyAsync(SampleManifest.Pod($"kept-{part}-vm", "vm", marker));
        await Task.WhenAll(lab.WaitForPhaseAsync($"kept-{part}", "Running", Patience), lab.WaitForPhaseAsync($"kept-{part}-vm", "Running", Patience));
        var before = await WorkloadsAsync(part, marker);

        await KillAsync(part);

        await Eventually.TrueAsync(async () => (await lab.TryKubectlAsync("create", "configmap", $"after-{part}")).ExitCode == 0, "a write after the kill", TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(
            async () => (await lab.TryKubectlAsync("logs", $"kept-{part}")).Output.Contains($"I am kept-{part}", StringComparison.Ordinal), "logs after the kill", TimeSpan.FromMinutes(2));
        Assert.Equal(before, await WorkloadsAsync(part, marker));
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_says_why()
    {
        var manifest = SampleManifest.Pod("huge", runtimeClass: null, "86321")
            .Replace("cpu: 50m", "cpu: \"900\"", StringComparison.Ordinal)
            .Replace("cpu: \"1\"", "cpu: \"900\"", StringComparison.Ordinal);
        Assert.Equal(0, (await lab.ApplyAsync(manifest)).ExitCode);
        await Eventually.TrueAsync(
            async () => (await lab.KubectlAsync("get", "events", "--field-selector", "involvedObject.name=huge")).Contains("0/2 nodes are available: 2 Insufficient cpu", StringComparison.Ordinal),
            "an event that says why",
            Patience);
        var explanation = await lab.ExplainAsync("huge");
        Assert.Contains("FitsResources", explanation, StringComparison.Ordinal);
        Assert.Contains("What would make it fit", explanation, StringComparison.Ordinal);
        await lab.KubectlAsync("delete", "pod", "huge");
    }

    [Fact]
    public async Task All_errors_of_a_manifest_are_answered_at_once()
    {
        var (exitCode, _, errors) = await lab.ApplyAsync(
            """
            apiVersion: v1
            kind: Pod
            metadata: { name: wrong }
            spec:
              restartPolicy: Sometimes
              terminationGracePeriodSeconds: -1
              containers:
                - { name: main, image: busybox, imagePullPolicy: Maybe }
            """);
        Assert.NotEqual(0, exitCode);
        Assert.All((string[])["spec.restartPolicy", "spec.terminationGracePeriodSeconds", "imagePullPolicy"], field => Assert.Contains(field, errors, StringComparison.Ordinal));
    }

    /// <summary>All by which doubled, lost or restarted workloads would show: processes, pods with their restarts and containers.</summary>
    private async Task<string> WorkloadsAsync(string part, string marker)
    {
        var machines = RunningProcess.Find("qemu-system-x86_64", lab.Root + "/");
        var containers = RunningProcess.Find("sleep", marker);
        Assert.Single(containers);
        var pods = await lab.KubectlAsync(
            "get", "pods", $"kept-{part}", $"kept-{part}-vm", "-o",
            "jsonpath={range .items[*]}{.metadata.uid} {.spec.nodeName} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{\"\\n\"}{end}");
        return $"{string.Join(' ', containers)} {string.Join(' ', machines)}\n{pods}";
    }

    private async Task KillAsync(string part)
    {
        var node = await lab.KubectlAsync("get", "pod", $"kept-{part}", "-o", "jsonpath={.spec.nodeName}");
        using var process = Process.GetProcessById(part switch
        {
            "server" => lab.ProcessOf("server"),
            "agent" => lab.ProcessOf(node),
            _ => lab.PostgresProcess(),
        });
        process.Kill();
        await Eventually.TrueAsync(() => Task.FromResult(Orchestrator.Cli.Lab.Processes.ProcessIdentity.Of(process.Id) is not { IsAlive: true }), "the kill");
    }

    private Task<string> ContainerIdAsync(string pod) => lab.KubectlAsync("get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].containerID}");
}
