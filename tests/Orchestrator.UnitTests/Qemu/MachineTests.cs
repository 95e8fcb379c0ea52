using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Agent.Runtimes.Qemu;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Kvm;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.UnitTests.Qemu;

public sealed class MachineTests
{
    private static readonly DateTimeOffset End = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Monitor_lines_become_messages()
    {
        Assert.Equal("7.2.1", Assert.IsType<QmpMessage.Greeting>(Parse("""{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":1}},"capabilities":[]}}""")).Version);
        Assert.Equal(7, Assert.IsType<QmpMessage.Answer>(Parse("""{"return":{},"id":7}""")).Id);
        var failure = Assert.IsType<QmpMessage.Failure>(Parse("""{"id":8,"error":{"class":"CommandNotFound","desc":"no"}}"""));
        Assert.Equal((8, "CommandNotFound", "no"), (failure.Id, failure.ErrorClass, failure.Description));
        Assert.Equal("STOP", Assert.IsType<QmpMessage.Event>(Parse("""{"event":"STOP","timestamp":{}}""")).Name);
        Assert.Null(Parse("not json"));
        Assert.Null(Parse("[]"));
        Assert.Equal("{\"execute\":\"quit\",\"id\":3,\"arguments\":{\"a\":1}}\n", Encoding.UTF8.GetString(QmpMessage.Command("quit", new JsonObject { ["a"] = 1 }, 3)));
    }

    [Fact]
    public void The_guests_word_comes_before_all_other_signs()
    {
        var fault = new MachineFault("HypervisorInternalError", "stuck");
        Assert.Equal((0, "Completed"), Decide(new GuestReport(true, 0, false, null), fault, true));
        Assert.Equal((3, "Error"), Decide(new GuestReport(true, 3, false, null), null, false));
        Assert.Equal((137, "OOMKilled"), Decide(new GuestReport(true, 137, true, null), null, false));
        Assert.Equal((128, "ContainerCannotRun"), Decide(new GuestReport(false, null, false, "no disk"), null, false));
        Assert.Equal((137, "HypervisorInternalError"), Decide(new GuestReport(true, null, false, null), fault, true));
        Assert.Equal((137, "OOMKilled"), Decide(new GuestReport(true, null, false, null), null, true));
        Assert.Equal((137, "Error"), Decide(new GuestReport(true, null, false, null), null, false));
    }

    [Fact]
    public void Vm_is_served_by_kvm_only_where_kvm_runs_linux()
    {
        var guest = new GuestFiles("6.1", "/k", "/i");
        var works = new QemuFindings("7.2", guest, null, KvmVerdict.Decide("k", null, null, [new("host", null)]));
        var fails = new QemuFindings("7.2", guest, null, KvmVerdict.Decide("k", null, null, [new("host", "stopped"), new("qemu64", "hung")]));
        var broken = new QemuFindings("", null, ("EmulatorMissing", "no qemu"), null);

        Assert.Equal(["kvm", "vm"], QemuHealth.OfKvm(works).Handlers);
        Assert.Equal(["qemu"], QemuHealth.OfEmulation(works).Handlers);
        Assert.False(QemuHealth.OfKvm(fails).Ready);
        Assert.Contains("host: stopped", QemuHealth.OfKvm(fails).Message, StringComparison.Ordinal);
        Assert.Equal(["qemu", "vm"], QemuHealth.OfEmulation(fails).Handlers);
        Assert.Equal(("EmulatorMissing", false), (QemuHealth.OfEmulation(broken).Reason, QemuHealth.OfKvm(broken).Ready));
        Assert.Equal("KvmUnavailable", KvmVerdict.Decide("k", "no device", null, []).Reason);
        Assert.Equal("KvmRunsNoGuests", KvmVerdict.Decide("k", null, "silent", []).Reason);
    }

    [Theory]
    [InlineData(null, null, 256, 1, null)]
    [InlineData("64Mi", "500m", 128, 1, 500L)]
    [InlineData("1Gi", "2500m", 1024, 3, 2500L)]
    public void Machines_are_as_large_as_their_limits(string? memory, string? cpu, int mebibytes, int processors, long? millicores)
    {
        var limits = new Dictionary<string, ResourceQuantity>();
        if (memory is not null && cpu is not null)
        {
            limits["memory"] = new ResourceQuantity(memory);
            limits["cpu"] = new ResourceQuantity(cpu);
        }

        var size = MachineSizing.Of(new V1ResourceRequirements { Limits = limits });
        Assert.Equal((mebibytes, processors, millicores), (size.MemoryMebibytes, size.Processors, size.CpuMillicores));
    }

    [Fact]
    public void Command_lines_name_every_device_and_escape_commas()
    {
        var arguments = MachineCommandLine.ForContainer("id", new MachineDirectory("/m,1", "/run"), new GuestFiles("6.1", "/k", "/i"), Accelerator.Tcg, new MachineSize(128, 2, null, 2), "/v", ["0000:3b:00.0"]);
        Assert.Contains("if=none,id=root,file=/m,,1/root.qcow2,format=qcow2,discard=unmap,detect-zeroes=unmap", arguments);
        Assert.Contains("tcg,tb-size=64", arguments);
        Assert.Contains("-nodefaults", arguments);
        Assert.Contains("vfio-pci,host=0000:3b:00.0", arguments);
        // The guest's init knows its ports by the place of their device.
        Assert.True(arguments.ToList().IndexOf("virtio-serial-pci,id=ports") < arguments.ToList().IndexOf("virtio-blk-pci,drive=root"));
    }

    private static QmpMessage? Parse(string line) => QmpMessage.Parse(Encoding.UTF8.GetBytes(line));

    private static (int, string) Decide(GuestReport report, MachineFault? fault, bool outOfMemory)
    {
        var outcome = OutcomeDecision.Decide(report, fault, outOfMemory, "", End);
        return (outcome.ExitCode, outcome.Reason);
    }
}
