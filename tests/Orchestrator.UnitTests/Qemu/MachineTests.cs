using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Agent.Runtimes.Qemu;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Kvm;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.UnitTests.Qemu;

public sealed class MachineTests
{
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
        var record = new PodMachineRecord(
            "id", "uid", "default", "pod", 0, "pod", "/logs", "Always", ["main"], [], false, [], new MachineSize(128, 2, null, 2),
            new PodMachineNetwork("tap0", "02:00:00:00:00:01", "10.0.0.2/24", "10.0.0.1"), 1, DateTimeOffset.UnixEpoch);
        var arguments = PodMachineCommandLine.Of(record, new PodMachineFiles("/m,1", "/run"), new GuestFiles("6.1", "/k", "/i"), Accelerator.Tcg, "/scratch");
        Assert.Contains("file,id=journal,path=/m,,1/journal,append=on", arguments);
        Assert.Contains("-nodefaults", arguments);
        Assert.Contains("memory-backend-memfd,id=memory,size=128M,share=on", arguments);
        Assert.Contains("tap,id=network,ifname=tap0,script=no,downscript=no", arguments);
        Assert.Contains("pcie-root-port,id=slot0,chassis=1,slot=1", arguments);
    }

    [Fact]
    public void Pods_machines_are_as_large_as_their_containers_together_or_one_init_container()
    {
        var pod = new V1Pod
        {
            Spec = new V1PodSpec
            {
                Containers = [Container("128Mi", "500m"), Container("256Mi", "700m")],
                InitContainers = [Container("1Gi", "1")],
            },
        };
        var size = PodSizing.Of(pod);
        Assert.Equal((1024, 2, 1200L), (size.MemoryMebibytes, size.Processors, size.CpuMillicores));
    }

    private static V1Container Container(string memory, string cpu) => new()
    {
        Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new(memory), ["cpu"] = new(cpu) } },
    };

    private static QmpMessage? Parse(string line) => QmpMessage.Parse(Encoding.UTF8.GetBytes(line));
}
