using System.Diagnostics;

namespace Orchestrator.NodeTests.VirtualMachines;

/// <summary>Run strategies and power, from the manifest to real QEMU and back.</summary>
/// <remarks>Explicit until they are steady: they boot dozens of emulated machines, which takes many minutes on two processors. Run them by <c>--explicit only</c>.</remarks>
[Collection(MachineNodeTests.Name)]
public sealed class PowerTests(MachineNode node)
{
    [Fact(Explicit = true)]
    public async Task Always_is_kept_running_and_can_be_paused_reset_restarted_stopped_and_started()
    {
        await node.CreateAsync("always", "Always");
        await node.StatusAsync("always", "Running");
        var first = await node.InstanceAsync("always");

        Assert.Equal(0, await node.CommandAsync("pause", "always"));
        await node.StatusAsync("always", "Paused");
        Assert.Equal(0, await node.CommandAsync("unpause", "always"));
        await node.StatusAsync("always", "Running");
        Assert.Contains("cpus: 1", await node.TypeAsync("always", "cpus", "cpus: 1"), StringComparison.Ordinal);

        Assert.Equal(0, await node.CommandAsync("reset", "always"));
        await Testing.Eventually.TrueAsync(async () => (await node.LogAsync("always")).Split("guest is up").Length == 3, "the guest is up a second time");
        Assert.Equal(first, await node.InstanceAsync("always"));

        await node.TypeAsync("always", "poweroff");
        var second = await node.InstanceAsync("always", otherThan: first);
        Assert.Equal(0, await node.CommandAsync("restart", "always"));
        var third = await node.InstanceAsync("always", otherThan: second);
        Assert.NotEqual(first, third);

        Assert.Equal(0, await node.CommandAsync("stop", "always"));
        await node.StatusAsync("always", "Stopped");
        Assert.Equal("Halted", await node.GetAsync("vm/always", ".spec.runStrategy"));
        Assert.Equal("", await node.GetAsync("vmi/always", ".metadata.name"));
        Assert.Equal(0, await node.CommandAsync("start", "always"));
        await node.StatusAsync("always", "Running");
    }

    [Fact(Explicit = true)]
    public async Task RerunOnFailure_restarts_what_crashed_and_not_what_switched_itself_off()
    {
        await node.CreateAsync("rerun", "RerunOnFailure");
        var first = await node.InstanceAsync("rerun");
        using (var emulator = await EmulatorAsync("rerun"))
        {
            emulator.Kill();
        }

        await node.InstanceAsync("rerun", otherThan: first);
        await node.TypeAsync("rerun", "poweroff");
        await node.StatusAsync("rerun", "Stopped");
        Assert.Equal("", await node.GetAsync("vmi/rerun", ".metadata.name"));
        Assert.Equal(0, await node.CommandAsync("start", "rerun"));
        await node.InstanceAsync("rerun");
    }

    [Fact(Explicit = true)]
    public async Task Manual_once_and_halted_do_as_they_are_told_and_no_more()
    {
        await node.CreateAsync("manual", "Manual");
        await node.StatusAsync("manual", "Stopped");
        Assert.Equal(0, await node.CommandAsync("start", "manual", "--paused"));
        await node.StatusAsync("manual", "Paused");
        Assert.Equal(0, await node.CommandAsync("unpause", "manual"));
        var first = await node.InstanceAsync("manual");
        Assert.Equal(0, await node.CommandAsync("restart", "manual"));
        await node.InstanceAsync("manual", otherThan: first);
        Assert.Equal(0, await node.CommandAsync("stop", "manual"));
        await node.StatusAsync("manual", "Stopped");

        await node.CreateAsync("once", "Once");
        await node.InstanceAsync("once");
        await node.TypeAsync("once", "poweroff");
        await Testing.Eventually.TrueAsync(async () => await node.GetAsync("vmi/once", ".status.phase") == "Succeeded", "it has succeeded");
        await node.StatusAsync("once", "Stopped");

        await node.CreateAsync("halted", "Halted");
        await node.StatusAsync("halted", "Stopped");
        Assert.NotEqual(0, await node.CommandAsync("stop", "halted"));
    }

    [Fact(Explicit = true)]
    public async Task A_disk_of_the_node_outlives_restarts_and_one_of_an_image_does_not()
    {
        await node.CreateAsync("keeps", "Always", $"hostDisk: {{path: {node.Disks}/keeps.img, type: DiskOrCreate, capacity: 1Mi}}");
        var first = await node.InstanceAsync("keeps");
        await node.TypeAsync("keeps", "write kept", "written");
        Assert.Equal(0, await node.CommandAsync("restart", "keeps"));
        var second = await node.InstanceAsync("keeps", otherThan: first);
        Assert.Contains("read: kept", await node.TypeAsync("keeps", "read", "read: kept"), StringComparison.Ordinal);

        // The agent goes and comes: the machine stays.
        await node.StopAgentAsync();
        await node.StartAgentAsync();
        await node.StatusAsync("keeps", "Running");
        Assert.Equal(second, await node.InstanceAsync("keeps"));
        await Testing.Eventually.TrueAsync(async () => (await node.TypeAsync("keeps", "read", "read: kept")).Contains("read: kept", StringComparison.Ordinal), "the console after the agent's restart");

        await node.CreateAsync("loses", "Manual", $"containerDisk: {{image: \"{SmallGuest.Image}\", imagePullPolicy: Never}}");
        await node.CommandAsync("start", "loses");
        await node.InstanceAsync("loses");
        Assert.Contains("read: from the image", await node.TypeAsync("loses", "read", "read: from the image"), StringComparison.Ordinal);
    }

    private async Task<Process> EmulatorAsync(string name)
    {
        foreach (var candidate in Process.GetProcesses())
        {
            try
            {
                if ((await File.ReadAllTextAsync($"/proc/{candidate.Id}/cmdline")).Contains($"guest=default_{name}\0", StringComparison.Ordinal))
                {
                    return candidate;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Gone meanwhile.
            }
        }

        throw new InvalidOperationException($"no emulator runs {name} of {node.Server.Address}");
    }
}
