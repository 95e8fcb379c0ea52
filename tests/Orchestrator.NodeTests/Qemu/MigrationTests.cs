using System.Net;
using Orchestrator.Agent.Runtimes.Qemu;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Migration;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>Machines that are moved while they run, between two emulators, over TLS with certificates of the cluster's.</summary>
[Collection("qemu")]
public sealed class MigrationTests(QemuFixture fixture) : IClassFixture<QemuFixture>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_linux_guest_loses_no_count_and_goes_on_answering_http()
    {
        var node = fixture.NewNode("linux");
        var guest = await new GuestKernel(node.Guest, TimeProvider.System).EnsureAsync(CancellationToken.None);
        var initramfs = Path.Combine(_directory.Path, "initramfs");
        MovingGuest.WriteCountingInitramfs(initramfs, guest);
        var (sourcePort, targetPort) = (LocalPort.Free(), LocalPort.Free());
        await using var source = await MovingGuest.StartAsync(node, "source", Accelerator.Tcg, isTarget: false, Linux(guest, initramfs, sourcePort));
        await using var target = await MovingGuest.StartAsync(node, "target", Accelerator.Tcg, isTarget: true, Linux(guest, initramfs, targetPort));
        await MachineUnderTest.UntilAsync(() => Task.FromResult(MovingGuest.Counts(source).Count > 5));
        await MachineUnderTest.UntilAsync(() => AnswersAsync(sourcePort));

        var outcome = await MoveAsync(source, target, new MigrationPolicy());
        Assert.True(outcome.Succeeded, outcome.Message);
        await target.GrowsAsync();
        await MachineUnderTest.UntilAsync(() => AnswersAsync(targetPort));

        var counts = MovingGuest.Counts(source, target);
        Assert.Equal(Enumerable.Range(0, counts.Count), counts);
        TestContext.Current.TestOutputHelper?.WriteLine($"{outcome.Message}; {outcome.Progress.TransferredBytes} bytes; {counts.Count} counts");
    }

    [Fact]
    public async Task A_small_guest_under_kvm_loses_no_count()
    {
        var node = fixture.NewNode("small");
        await using var source = await SmallAsync(node, "source", isTarget: false);
        await using var target = await SmallAsync(node, "target", isTarget: true);
        await source.GrowsAsync();

        var outcome = await MoveAsync(source, target, new MigrationPolicy());
        Assert.True(outcome.Succeeded, outcome.Message);
        await target.GrowsAsync();

        byte[] all = [.. source.Console, .. target.Console];
        Assert.Equal(Enumerable.Range(0, all.Length).Select(i => (byte)i), all);
        Assert.NotEmpty(target.Console);
        TestContext.Current.TestOutputHelper?.WriteLine($"{outcome.Message}; {outcome.Progress.TransferredBytes} bytes; {all.Length} counts");
    }

    [Fact]
    public async Task What_is_cancelled_refused_or_breaks_leaves_the_machine_running_where_it_is()
    {
        var node = fixture.NewNode("failing");
        await using var source = await SmallAsync(node, "source", isTarget: false);
        var slow = new MigrationPolicy { BandwidthPerMigrationBytes = 64 * 1024 };

        await using (var cancelled = await SmallAsync(node, "cancelled", isTarget: true))
        {
            var outcome = await MoveAsync(source, cancelled, slow, (migration, progress) =>
                progress.TransferredBytes > 0 ? migration.CancelAsync(CancellationToken.None) : Task.CompletedTask);
            Assert.Equal((false, "Cancelled"), (outcome.Succeeded, outcome.Reason));
            await source.GrowsAsync();
        }

        await using (var broken = await SmallAsync(node, "broken", isTarget: true))
        {
            var outcome = await MoveAsync(source, broken, slow, (_, progress) =>
            {
                if (progress.TransferredBytes > 0)
                {
                    broken.Kill();
                }

                return Task.CompletedTask;
            });
            Assert.Equal((false, "Failed"), (outcome.Succeeded, outcome.Reason));
            Assert.Contains("the machine stays", outcome.Message, StringComparison.Ordinal);
            await source.GrowsAsync();
        }

        await using (var strange = await SmallAsync(node, "strange", isTarget: true))
        {
            var outcome = await MoveAsync(source, strange, new MigrationPolicy(), targetCredentials: Credentials("strange"));
            Assert.False(outcome.Succeeded, "a target of another authority is not trusted");
            await source.GrowsAsync();
        }

        await using var right = await SmallAsync(node, "right", isTarget: true);
        Assert.True((await MoveAsync(source, right, new MigrationPolicy { AllowPostCopy = true })).Succeeded);
        await right.GrowsAsync();
        Assert.Equal("postmigrate", (await source.Monitor.ExecuteAsync("query-status", null, CancellationToken.None)).GetProperty("status").GetString());
        byte[] all = [.. source.Console, .. right.Console];
        Assert.Equal(Enumerable.Range(0, all.Length).Select(i => (byte)i), all);
    }

    private async Task<MigrationOutcome> MoveAsync(
        MovingGuest source, MovingGuest target, MigrationPolicy policy, Func<OutgoingMigration, MigrationProgress, Task>? watch = null, MigrationCredentials? targetCredentials = null)
    {
        var incoming = new IncomingMigration(target.Monitor);
        await incoming.ListenAsync("tcp:127.0.0.1:0", policy, targetCredentials ?? Credentials("cluster"), CancellationToken.None);
        var port = await incoming.PortAsync(CancellationToken.None);
        var outgoing = new OutgoingMigration(source.Monitor, TimeProvider.System);
        var watching = Task.CompletedTask;
        var outcome = await outgoing.RunAsync(
            FormattableString.Invariant($"tcp:127.0.0.1:{port}"), policy, Credentials("cluster"), "127.0.0.1",
            progress =>
            {
                if (watching.IsCompleted && watch is not null)
                {
                    watching = watch(outgoing, progress);
                }
            },
            CancellationToken.None);
        await watching;
        return outcome;
    }

    /// <summary>A node's certificates, of one authority or another.</summary>
    private MigrationCredentials Credentials(string authority)
    {
        var data = Path.Combine(_directory.Path, authority);
        var issued = Path.Combine(data, "node");
        ClusterCertificates.Open(data, [IPAddress.Loopback], TimeProvider.System);
        NodeCredentials.Issue(data, "node", IPAddress.Loopback, new Uri("https://127.0.0.1:6443/"), issued, TimeProvider.System);
        return MigrationCredentials.Write(
            Path.Combine(data, "qemu"), Text("ca.crt"), (Text("serving.crt"), Text("serving.key")), (Text("client.crt"), Text("client.key")));

        string Text(string name) => File.ReadAllText(Path.Combine(issued, name));
    }

    private async Task<MovingGuest> SmallAsync(QemuOptions node, string name, bool isTarget)
    {
        var image = Path.Combine(_directory.Path, "firmware");
        if (!File.Exists(image))
        {
            await File.WriteAllBytesAsync(image, MovingGuest.CountingFirmware());
        }

        return await MovingGuest.StartAsync(node, name, Accelerator.Kvm("qemu64"), isTarget, "-m", "16M", "-bios", image);
    }

    private static IReadOnlyList<string> Linux(GuestFiles guest, string initramfs, int port) =>
    [
        "-m", "128M", "-kernel", guest.KernelPath, "-initrd", initramfs, "-append", MachineCommandLine.QuietKernel,
        "-netdev", FormattableString.Invariant($"user,id=network,restrict=on,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:80"), "-device", "virtio-net-pci,netdev=network,romfile=",
    ];

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            return await http.GetStringAsync(new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}/index.html"))) == "moved\n";
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
