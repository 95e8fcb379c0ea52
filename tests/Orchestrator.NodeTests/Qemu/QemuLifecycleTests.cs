using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>Linux guests under emulation, on real QEMU.</summary>
[Collection("qemu")]
public sealed class QemuLifecycleTests(QemuFixture fixture) : IClassFixture<QemuFixture>, IAsyncLifetime
{
    private readonly TemporaryDirectory _logs = new();
    private IPodRuntime _runtime = null!;

    public async ValueTask InitializeAsync()
    {
        var runtimes = await fixture.StartAgentAsync(fixture.NewNode("lifecycle"));
        _runtime = runtimes.Single(runtime => runtime.Identity.Technology == "qemu");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sandbox in await _runtime.ListAsync(CancellationToken.None))
        {
            await _runtime.RemoveSandboxAsync(sandbox.Id, CancellationToken.None);
        }

        await ((IAsyncDisposable)_runtime).DisposeAsync();
        _logs.Dispose();
    }

    [Fact]
    public async Task Command_environment_arguments_files_and_exit_code_are_the_containers()
    {
        var pod = QemuFixture.NewPod("sh", "-c", "echo \"$GREETING it's $HOSTNAME $(hostname) $(id -u) $(pwd) $0 $1\"; cat /config/key; echo oops >&2; echo again >/dev/stdout; printf unfinished; exit 3");
        var container = pod.Spec.Containers[0];
        container.Args = ["zero", "o'ne $HOME"];
        container.WorkingDir = "/work/here";
        container.VolumeMounts = [new V1VolumeMount { Name = "config", MountPath = "/config" }];
        pod.Spec.Volumes = [new V1Volume { Name = "config", ConfigMap = new V1ConfigMapVolumeSource { Name = "config" } }];
        container.SecurityContext = new V1SecurityContext { RunAsUser = 1000, RunAsGroup = 1000 };
        var config = _logs.Sub("config");
        await File.WriteAllTextAsync(Path.Combine(config, "key"), "value\n");

        var machine = await MachineUnderTest.CreateAsync(_runtime, pod, _logs.Path, [new("GREETING", "hello;")], [new HostMount(config, "/config", true)]);
        Assert.Equal(ContainerState.Created, (await machine.ObserveAsync()).State);
        await machine.StartAsync();
        var ended = await machine.WaitForExitAsync();

        Assert.Equal(3, ended.ExitCode);
        Assert.Equal("Error", ended.Reason);
        Assert.NotNull(ended.StartedAt);
        Assert.True(ended.FinishedAt >= ended.StartedAt);
        var log = machine.Log();
        Assert.Contains("stdout F hello; it's machine machine 1000 /work/here zero o'ne $HOME", log, StringComparison.Ordinal);
        Assert.Contains("stdout F value", log, StringComparison.Ordinal);
        Assert.Contains("stderr F oops", log, StringComparison.Ordinal);
        Assert.Contains("stdout F again", log, StringComparison.Ordinal);
        Assert.Contains("stdout P unfinished", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_machine_pauses_resumes_and_ends_by_itself_when_asked()
    {
        var pod = QemuFixture.NewPod("sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done");
        var machine = await MachineUnderTest.CreateAsync(_runtime, pod, _logs.Path);
        await machine.StartAsync();
        Assert.Equal(ContainerState.Running, (await machine.ObserveAsync()).State);
        await machine.WaitForLogAsync("ready");

        var driver = ((Agent.Runtimes.Qemu.MachineRouter)_runtime).Containers;
        await driver.PauseAsync(machine.ContainerId, CancellationToken.None);
        Assert.Equal("paused", await driver.QueryStateAsync(machine.ContainerId, CancellationToken.None));
        await driver.ResumeAsync(machine.ContainerId, CancellationToken.None);
        Assert.Equal("running", await driver.QueryStateAsync(machine.ContainerId, CancellationToken.None));

        await _runtime.StopContainerAsync(machine.ContainerId, TimeSpan.FromSeconds(60), CancellationToken.None);
        var ended = await machine.ObserveAsync();
        Assert.Equal((ContainerState.Exited, 0, "Completed"), (ended.State, ended.ExitCode, ended.Reason));
        Assert.Contains("bye", machine.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_hold_the_emulator_and_what_ignores_its_grace_period_is_killed()
    {
        var pod = QemuFixture.NewPod("sleep", "100000");
        pod.Spec.Containers[0].Resources.Limits["cpu"] = new ResourceQuantity("500m");
        var machine = await MachineUnderTest.CreateAsync(_runtime, pod, _logs.Path);
        await machine.StartAsync();
        var pid = (await machine.ObserveAsync()).Pid!.Value;

        Assert.Equal((128 + 160) * (1L << 20), CgroupReader.MemoryLimitBytes(pid));
        Assert.Equal(0.5, CgroupReader.CpuLimitCores(pid));
        Assert.True(Path.Exists($"/proc/{pid}"));

        await _runtime.StopContainerAsync(machine.ContainerId, TimeSpan.FromSeconds(1), CancellationToken.None);
        var ended = await machine.ObserveAsync();
        Assert.Equal((ContainerState.Exited, 137), (ended.State, ended.ExitCode));
        await machine.RemoveAsync();
        Assert.DoesNotContain(await _runtime.ListAsync(CancellationToken.None), sandbox => sandbox.Id == machine.SandboxId);
    }

    [Fact]
    public async Task Guests_that_run_out_of_memory_say_so()
    {
        var machine = await MachineUnderTest.CreateAsync(_runtime, QemuFixture.NewPod("sh", "-c", "echo filling; tail /dev/zero"), _logs.Path);
        await machine.StartAsync();
        var ended = await machine.WaitForExitAsync();
        Assert.Equal((137, "OOMKilled"), (ended.ExitCode, ended.Reason));
    }

    [Fact]
    public async Task Volumes_of_the_pod_outlast_a_restart_of_its_container()
    {
        var pod = QemuFixture.NewPod("sh", "-c", "cat /data/file 2>/dev/null || echo none; echo kept >/data/file; df -t tmpfs /fast >/dev/null && echo memory");
        pod.Spec.RestartPolicy = "Always";
        pod.Spec.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }, new V1Volume { Name = "fast", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } }];
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }, new V1VolumeMount { Name = "fast", MountPath = "/fast" }];
        HostMount[] mounts = [new(_logs.Sub("data"), "/data", false), new(_logs.Sub("fast"), "/fast", false)];
        var machine = await MachineUnderTest.CreateAsync(_runtime, pod, _logs.Path, null, mounts);
        await machine.StartAsync();
        Assert.Equal(0, (await machine.WaitForExitAsync()).ExitCode);
        await machine.RestartAsync(1, mounts);
        Assert.Equal(0, (await machine.WaitForExitAsync()).ExitCode);

        Assert.Equal("stdout F none\nstdout F memory", machine.Log());
        Assert.Equal("stdout F kept\nstdout F memory", machine.Log(attempt: 1));
    }

    [Fact]
    public async Task Commands_that_the_image_lacks_are_told_by_name()
    {
        var machine = await MachineUnderTest.CreateAsync(_runtime, QemuFixture.NewPod("no-such-program"), _logs.Path);
        var refusal = await Assert.ThrowsAsync<RuntimeRefusalException>(machine.StartAsync);
        Assert.Equal("RunContainerError", refusal.Reason);
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", refusal.Message, StringComparison.Ordinal);
        var ended = await machine.ObserveAsync();
        Assert.Equal((ContainerState.Exited, 128, "StartError"), (ended.State, ended.ExitCode, ended.Reason));
    }

    [Fact]
    public async Task What_a_machine_does_not_have_is_refused_by_field()
    {
        var pod = QemuFixture.NewPod("true");
        pod.Spec.HostNetwork = true;
        pod.Spec.Containers[0].VolumeDevices = [new V1VolumeDevice { Name = "raw", DevicePath = "/dev/raw" }];
        var refusal = await Assert.ThrowsAsync<RuntimeRefusalException>(() => _runtime.RunSandboxAsync(new SandboxRequest(pod, 0, "qemu", _logs.Path), CancellationToken.None));
        Assert.Contains("spec.hostNetwork", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].volumeDevices", refusal.Message, StringComparison.Ordinal);
    }
}

/// <summary>Reads the limits of a process from its control groups, whichever version they are.</summary>
internal static class CgroupReader
{
    public static long MemoryLimitBytes(int pid) =>
        long.Parse(Read(pid, "memory", "memory.limit_in_bytes") ?? Read(pid, "", "memory.max")!, CultureInfo.InvariantCulture);

    public static double CpuLimitCores(int pid)
    {
        if (Read(pid, "cpu", "cpu.cfs_quota_us") is { } quota)
        {
            return double.Parse(quota, CultureInfo.InvariantCulture) / double.Parse(Read(pid, "cpu", "cpu.cfs_period_us")!, CultureInfo.InvariantCulture);
        }

        var parts = Read(pid, "", "cpu.max")!.Split(' ');
        return double.Parse(parts[0], CultureInfo.InvariantCulture) / double.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    private static string? Read(int pid, string controller, string file)
    {
        foreach (var line in File.ReadAllLines($"/proc/{pid}/cgroup").Select(line => line.Split(':', 3)).Where(parts => parts[1].Split(',').Contains(controller)))
        {
            var path = Path.Combine("/sys/fs/cgroup", controller, line[2].TrimStart('/'), file);
            if (File.Exists(path))
            {
                return File.ReadAllText(path).Trim();
            }
        }

        return null;
    }
}
