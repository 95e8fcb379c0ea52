using k8s;
using Orchestrator.Agent.Runtimes.Qemu.Instances;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.UnitTests.VirtualMachines;

public sealed class InstanceCommandLineTests
{
    [Fact]
    public void Processors_memory_board_and_identity()
    {
        string line = Line("""{"cpu":{"cores":2,"sockets":1,"maxSockets":4,"model":"Haswell","features":[{"name":"pcid","policy":"disable"}]},"memory":{"guest":"1Gi"},"machine":{"type":"pc"},"firmware":{"uuid":"5d307ca9-b3ef-428c-8861-06e72d69f223"},"features":{"acpi":{"enabled":false}}}""");
        Assert.Contains("-m 1024M -smp 2,sockets=4,cores=2,threads=1,maxcpus=8", line, StringComparison.Ordinal);
        Assert.Contains("-machine pc,vmport=off,smm=off,acpi=off", line, StringComparison.Ordinal);
        Assert.Contains("-cpu Haswell,pcid=off", line, StringComparison.Ordinal);
        Assert.Contains("-uuid 5d307ca9-b3ef-428c-8861-06e72d69f223", line, StringComparison.Ordinal);
        Assert.Contains("shutdown=pause,panic=pause", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Disks_by_their_buses_in_their_order()
    {
        string line = Line(
            """{"memory":{"guest":"1Gi"},"devices":{"disks":[{"name":"a","disk":{"bus":"virtio"},"serial":"S1"},{"name":"b","disk":{"bus":"sata"}},{"name":"c","cdrom":{"bus":"sata"}},{"name":"d","disk":{"bus":"scsi"},"cache":"none","io":"native"}]}}""",
            [new("a", "/d/a,b.qcow2", "qcow2", false), new("b", "/d/b", "raw", false), new("c", "/d/c.iso", "raw", true), new("d", "/d/d", "raw", false)]);
        Assert.Contains("file=/d/a,,b.qcow2,format=qcow2,cache=writeback,aio=threads,discard=unmap,detect-zeroes=unmap,werror=stop,rerror=stop -device virtio-blk-pci,drive=drive-a,id=disk-a,serial=S1,bootindex=1", line, StringComparison.Ordinal);
        Assert.Contains("-device ide-hd,bus=sata0.0,drive=drive-b,id=disk-b,bootindex=2", line, StringComparison.Ordinal);
        Assert.Contains("readonly=on,media=cdrom -device ide-cd,bus=sata0.1,drive=drive-c,id=disk-c,bootindex=3", line, StringComparison.Ordinal);
        Assert.Contains("cache=none,aio=native", line, StringComparison.Ordinal);
        Assert.Contains("-device scsi-hd,bus=scsi0.0,drive=drive-d,id=disk-d,bootindex=4", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_boot_order_leaves_out_what_has_none()
    {
        string line = Line(
            """{"memory":{"guest":"1Gi"},"devices":{"disks":[{"name":"a","disk":{"bus":"virtio"}},{"name":"b","disk":{"bus":"virtio"},"bootOrder":2}],"interfaces":[{"name":"default","masquerade":{},"bootOrder":1}]}}""",
            [new("a", "/a", "raw", false), new("b", "/b", "raw", false)]);
        Assert.Contains("id=disk-a -drive", line, StringComparison.Ordinal);
        Assert.Contains("id=disk-b,bootindex=2", line, StringComparison.Ordinal);
        Assert.Matches("virtio-net-pci,netdev=net0,id=interface-0,mac=02:[0-9a-f:]{14},bootindex=1", line);
    }

    [Fact]
    public void The_first_interface_is_on_the_tap()
    {
        string line = Line("""{"memory":{"guest":"1Gi"},"devices":{"interfaces":[{"name":"default","model":"e1000","macAddress":"02-00-00-00-00-01"},{"name":"second"}]}}""", tap: "tap7");
        Assert.Contains("-netdev tap,id=net0,ifname=tap7,script=no,downscript=no -device e1000,netdev=net0,id=interface-0,mac=02:00:00:00:00:01", line, StringComparison.Ordinal);
        Assert.Contains("-netdev user,id=net1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_are_there_where_they_are_asked_for()
    {
        string all = Line("""{"memory":{"guest":"1Gi"},"devices":{"rng":{},"watchdog":{"i6300esb":{"action":"poweroff"}},"panicDevices":[{"model":"isa"}],"inputs":[{"type":"tablet","bus":"usb"}]}}""");
        foreach (string device in (ReadOnlySpan<string>)["virtio-rng-pci", "i6300esb", "watchdog=poweroff", "-device pvpanic", "usb-tablet", "-vnc unix:", "virtio-balloon-pci", "isa-serial", "org.qemu.guest_agent.0"])
        {
            Assert.Contains(device, all, StringComparison.Ordinal);
        }

        string bare = Line("""{"memory":{"guest":"1Gi"},"rebootPolicy":"Terminate","devices":{"autoattachGraphicsDevice":false,"autoattachSerialConsole":false,"autoattachMemBalloon":false,"disableHotplug":true}}""");
        foreach (string device in (ReadOnlySpan<string>)["-vnc", "isa-serial", "virtio-balloon-pci", "pcie-root-port", "virtio-rng-pci"])
        {
            Assert.DoesNotContain(device, bare, StringComparison.Ordinal);
        }

        Assert.Contains("reboot=shutdown", bare, StringComparison.Ordinal);
    }

    private static string Line(string domain, IReadOnlyList<PreparedDisk>? disks = null, string? tap = null)
    {
        var machine = new InstanceRecord("default", "web", KubernetesJson.Deserialize<V1VmDomain>(domain), [], disks ?? [], null, null, null, StartsPaused: false);
        return string.Join(' ', InstanceCommandLine.Of(new MachineDirectory("/machines/web", "/run/machines"), machine, Accelerator.Tcg, [], tap));
    }
}
