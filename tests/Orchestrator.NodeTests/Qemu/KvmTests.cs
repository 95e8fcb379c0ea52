using Orchestrator.Agent.Runtimes.Qemu.Kvm;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>KVM itself, with the driver's own classes.</summary>
[Collection("qemu")]
public sealed class KvmTests(QemuFixture fixture) : IClassFixture<QemuFixture>
{
    [Fact]
    public async Task A_small_guest_starts_pauses_resumes_and_stops_under_kvm()
    {
        Assert.Null(KvmDevice.FindObstacle());
        var node = fixture.NewNode("kvm");
        var files = new MachineDirectory(Directory.CreateDirectory(Path.Combine(node.RootDirectory, "guest")).FullName, Directory.CreateDirectory(node.RunDirectory).FullName);
        var image = Path.Combine(files.Path, "small-guest");
        await File.WriteAllBytesAsync(image, SmallGuest.FirmwareImage());
        var cgroup = new MachineCgroup(node.CgroupParent, files.CgroupName);
        cgroup.Create(new MachineSize(16, 1, 1000, 1024));

        var process = await MachineProcess.LaunchAsync(
            node.Emulator, MachineCommandLine.ForSmallGuest(files, Accelerator.Kvm("qemu64"), image), files, cgroup.Directories, TimeProvider.System, CancellationToken.None);
        try
        {
            await using var monitor = await process.ConnectAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
            var kvm = await monitor.ExecuteAsync("query-kvm", null, CancellationToken.None);
            Assert.True(kvm.GetProperty("enabled").GetBoolean());
            await GrowsAsync(files.Console);
            Assert.Equal(SmallGuest.Sign, (char)File.ReadAllBytes(files.Console).Last());

            await monitor.ExecuteAsync("stop", null, CancellationToken.None);
            Assert.Equal("paused", await StatusAsync(monitor));
            var length = new FileInfo(files.Console).Length;
            // Twice, so that time passes for a guest that were still running.
            Assert.Equal("paused", await StatusAsync(monitor));
            Assert.Equal(length, new FileInfo(files.Console).Length);

            await monitor.ExecuteAsync("cont", null, CancellationToken.None);
            Assert.Equal("running", await StatusAsync(monitor));
            await GrowsAsync(files.Console);

            await monitor.ExecuteAsync("quit", null, CancellationToken.None);
            Assert.True(await process.WaitForEndAsync(TimeSpan.FromSeconds(30), CancellationToken.None));
            Assert.Null(MachineProcess.Find(files, TimeProvider.System));
        }
        finally
        {
            process.Kill();
            await process.WaitForEndAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
            cgroup.Remove();
        }
    }

    [Fact]
    public async Task Probes_say_what_works_and_exactly_one_runtime_serves_vm()
    {
        var node = fixture.NewNode("probe");
        var runtimes = await fixture.StartAgentAsync(node);
        await MachineUnderTest.UntilAsync(async () => (await runtimes[1].ProbeAsync(CancellationToken.None)).Reason != "Probing");
        var emulation = await runtimes[0].ProbeAsync(CancellationToken.None);
        var kvm = await runtimes[1].ProbeAsync(CancellationToken.None);

        Assert.True(emulation.Ready, emulation.Message);
        Assert.Contains("qemu", emulation.Handlers);
        Assert.Contains("linuxGuests", emulation.Capabilities);
        Assert.Single(emulation.Handlers.Concat(kvm.Handlers), "vm");
        Assert.Equal(kvm.Ready, kvm.Capabilities.Contains("linuxGuests"));
        Assert.NotEmpty(kvm.Message);
        TestContext.Current.TestOutputHelper?.WriteLine($"{emulation.Message} / {kvm.Reason}: {kvm.Message}");
    }

    private static async Task<string?> StatusAsync(Agent.Runtimes.Qemu.Qmp.QmpConnection monitor) =>
        (await monitor.ExecuteAsync("query-status", null, CancellationToken.None)).GetProperty("status").GetString();

    private static Task GrowsAsync(string path)
    {
        var before = File.Exists(path) ? new FileInfo(path).Length : 0;
        return MachineUnderTest.UntilAsync(() => Task.FromResult(File.Exists(path) && new FileInfo(path).Length > before));
    }
}
