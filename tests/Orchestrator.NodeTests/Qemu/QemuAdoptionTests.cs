using System.Diagnostics;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>Machines outlive the agent, and any agent of the node finds them again.</summary>
[Collection("qemu")]
public sealed class QemuAdoptionTests(QemuFixture fixture) : IClassFixture<QemuFixture>, IDisposable
{
    private readonly TemporaryDirectory _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_restarted_agent_finds_its_machines_and_loses_or_doubles_no_line()
    {
        var node = fixture.NewNode("adoption");
        var first = await EmulationAsync(node);
        var machine = await MachineUnderTest.CreateAsync(first, QemuFixture.NewPod("sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo done; sleep 100000"), _logs.Path);
        await machine.StartAsync();
        var pid = (await machine.ObserveAsync()).Pid;
        await machine.WaitForLogAsync("line 5");
        await ((IAsyncDisposable)first).DisposeAsync();

        var second = await EmulationAsync(node);
        machine.Runtime = second;
        Assert.Equal((ContainerState.Running, pid), await StateAndPidAsync(machine));
        await machine.WaitForLogAsync("done");
        var expected = Enumerable.Range(0, 3000).Select(i => $"stdout F line {i}").Append("stdout F done");
        Assert.Equal(expected, machine.Log().Split('\n'));

        using (var process = Process.GetProcessById(pid!.Value))
        {
            process.Kill();
        }

        var ended = await machine.WaitForExitAsync();
        Assert.Equal((137, "Error"), (ended.ExitCode, ended.Reason));
        Assert.Equal(expected, machine.Log().Split('\n'));
        await machine.RemoveAsync();
        await ((IAsyncDisposable)second).DisposeAsync();
    }

    [Fact]
    public async Task What_ended_while_no_agent_ran_is_found_with_its_exit_code_and_output()
    {
        var node = fixture.NewNode("unattended");
        var first = await EmulationAsync(node);
        var go = QemuFixture.NewPod("sh", "-c", "echo before; sleep 2; echo after; exit 7");
        var machine = await MachineUnderTest.CreateAsync(first, go, _logs.Path);
        await machine.StartAsync();
        await ((IAsyncDisposable)first).DisposeAsync();
        // The emulator keeps what the guest says, without any agent.
        var journal = Path.Combine(node.RootDirectory, "pods", "qemu", machine.SandboxId, "journal");
        await MachineUnderTest.UntilAsync(async () => (await File.ReadAllBytesAsync(journal)).AsSpan().IndexOf("after"u8) >= 0);

        var second = await EmulationAsync(node);
        machine.Runtime = second;
        var ended = await machine.WaitForExitAsync();
        Assert.Equal((ContainerState.Exited, 7), (ended.State, ended.ExitCode));
        Assert.Equal("stdout F before\nstdout F after", machine.Log());
        await machine.RemoveAsync();
        await ((IAsyncDisposable)second).DisposeAsync();
    }

    [Fact]
    public async Task Repeated_calls_find_what_is_there()
    {
        var node = fixture.NewNode("repeated");
        var runtime = await EmulationAsync(node);
        var machine = await MachineUnderTest.CreateAsync(runtime, QemuFixture.NewPod("sleep", "100000"), _logs.Path);
        Assert.Equal(machine.SandboxId, await runtime.RunSandboxAsync(new SandboxRequest(machine.Pod, 0, "qemu", _logs.Path), CancellationToken.None));
        await Task.WhenAll(machine.StartAsync(), machine.StartAsync());
        var pid = (await machine.ObserveAsync()).Pid;
        await machine.StartAsync();
        Assert.Equal((ContainerState.Running, pid), await StateAndPidAsync(machine));

        await machine.RemoveAsync();
        await machine.RemoveAsync();
        await runtime.StopContainerAsync(machine.ContainerId, TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Empty(await runtime.ListAsync(CancellationToken.None));
        await ((IAsyncDisposable)runtime).DisposeAsync();
    }

    private async Task<IPodRuntime> EmulationAsync(Agent.Runtimes.Qemu.QemuOptions node) =>
        (await fixture.StartAgentAsync(node)).Single(runtime => runtime.Identity.Technology == "qemu");

    private static async Task<(ContainerState, int?)> StateAndPidAsync(MachineUnderTest machine)
    {
        var observed = await machine.ObserveAsync();
        return (observed.State, observed.Pid);
    }
}
