using k8s.Models;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Nodes;
using Orchestrator.Model;
using Orchestrator.Model.Devices;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class DeviceTests
{
    private static readonly NodeDevice[] Gpus =
    [
        new("nvidia.com/gpu", "g0", "A100") { Paths = ["/dev/nvidia0"] },
        new("nvidia.com/gpu", "g1", "A100") { Paths = ["/dev/nvidia1"] },
        new("nvidia.com/gpu", "g2", "A100") { Paths = ["/dev/nvidia2"] },
    ];

    [Fact]
    public void Several_devices_are_one_option()
    {
        Assert.Equal(
            [
                new NodeDevice("nvidia.com/gpu", "g0", "A100") { Memory = "40Gi", Paths = ["/dev/nvidia0", "/dev/nvidiactl"] },
                new NodeDevice("nvidia.com/gpu", "g1", "A100") { Memory = "40Gi", Paths = ["/dev/nvidia1", "/dev/nvidiactl"] },
            ],
            DeviceOption.Parse("nvidia.com/gpu,count=2,id=g%,model=A100,memory=40Gi,path=/dev/nvidia%,path=/dev/nvidiactl"));
        Assert.Equal([new NodeDevice("example.com/x", "0", "")], DeviceOption.Parse("example.com/x"));
    }

    [Theory]
    [InlineData("example.com/x,count=0", "count '0' is not a number from 1 to 256")]
    [InlineData("example.com/x,size=3", "'size=3' is not one of id=, count=, model=, memory=, path=, pci=")]
    [InlineData("example.com/x,count=2,id=a", "id needs a % for the number of each of several devices")]
    [InlineData("example.com/x,id=a,id=b", "id is given twice")]
    public void A_malformed_option_is_refused(string option, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DeviceOption.Parse(option)).Message);

    [Fact]
    public void Gpus_are_found_by_what_their_drivers_show()
    {
        string root = Directory.CreateTempSubdirectory().FullName;
        try
        {
            void Write(string path, string text)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
                File.WriteAllText(Path.Combine(root, path), text);
            }

            Write("proc/driver/nvidia/gpus/0000:3b:00.0/information", "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ:   \t\t 240\nGPU UUID: \t GPU-5f\nDevice Minor: \t 1\n");
            Write("dev/nvidiactl", "");
            Write("sys/class/drm/renderD128/device/vendor", "0x1002\n");
            Write("sys/class/drm/renderD128/device/mem_info_vram_total", "17163091968\n");
            Write("sys/class/drm/renderD129/device/vendor", "0x8086\n");
            Assert.Equal(
                [
                    new NodeDevice("nvidia.com/gpu", "GPU-5f", "NVIDIA-A100-SXM4-40GB") { Paths = ["/dev/nvidia1", "/dev/nvidiactl"], PciAddress = "0000:3b:00.0" },
                    new NodeDevice("amd.com/gpu", "renderD128", "") { Memory = "17163091968", Paths = ["/dev/dri/renderD128"] },
                ],
                DeviceDetection.Find(root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void Each_container_has_its_own_part_of_the_pods_devices()
    {
        var pod = Pod("""{"nvidia.com/gpu":["g2","g0"]}""", ("a", "nvidia.com/gpu", 1), ("b", "nvidia.com/gpu", 1), ("c", "cpu", 1));
        Assert.Equal([Gpus[2]], PodDevices.Of(pod, pod.Spec.Containers[0], Gpus));
        Assert.Equal([Gpus[0]], PodDevices.Of(pod, pod.Spec.Containers[1], Gpus));
        Assert.Empty(PodDevices.Of(pod, pod.Spec.Containers[2], Gpus));
        Assert.Equal([KeyValuePair.Create("NVIDIA_VISIBLE_DEVICES", "g2")], PodDevices.Environment([Gpus[2]]));

        var sharing = Pod("""{"nvidia.com/gpu":["g1"]}""", ("a", "nvidia.com/gpu-milli", 200), ("b", "nvidia.com/gpu-milli", 300));
        Assert.All(sharing.Spec.Containers, c => Assert.Equal([Gpus[1]], PodDevices.Of(sharing, c, Gpus)));
    }

    [Fact]
    public void The_node_gives_no_device_away_twice()
    {
        var admission = new NodeAdmission(new NodeCapacity(8, 8L << 30, 10, 1L << 40, Gpus), new NodePressure(TimeProvider.System));
        var whole = Pod("""{"nvidia.com/gpu":["g1"]}""", ("a", "nvidia.com/gpu", 1));
        Assert.Null(admission.Admit(whole, isKnown: false, []));
        var sharing = Pod("""{"nvidia.com/gpu":["g1"]}""", ("a", "nvidia.com/gpu-milli", 200));
        var refusal = admission.Admit(sharing, isKnown: false, [whole]);
        Assert.Equal("UnexpectedAdmissionError", refusal!.Reason);
        Assert.Equal(
            "Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1, Available: 0 of those assigned to it (g1), which is unexpected",
            refusal.Message);
        Assert.Equal("UnexpectedAdmissionError", admission.Admit(Pod(null, ("a", "nvidia.com/gpu", 1)), isKnown: false, [])!.Reason);
        Assert.Equal("OutOfexample.com/fpga", admission.Admit(Pod(null, ("a", "example.com/fpga", 1)), isKnown: false, [])!.Reason);

        var other = Pod("""{"nvidia.com/gpu":["g0"]}""", ("a", "nvidia.com/gpu-milli", 500));
        Assert.Null(admission.Admit(other, isKnown: false, [whole]));
        Assert.Null(admission.Admit(Pod("""{"nvidia.com/gpu":["g0"]}""", ("a", "nvidia.com/gpu-milli", 500)), isKnown: false, [whole, other]));
    }

    [Fact]
    public void What_is_published_of_devices_is_read_back()
    {
        var devices = DeviceOption.Parse("nvidia.com/gpu,count=2,id=g%,model=A100,memory=40Gi,path=/dev/nvidia%,pci=0000:3b:00.0");
        Assert.Equal(devices, NodeDeviceText.Read(NodeDeviceText.Write(devices), "", []));
        var capacity = new NodeCapacity(8, 8L << 30, 10, 1L << 40, devices).CapacityQuantities();
        Assert.Equal(("2", "2k"), (capacity["nvidia.com/gpu"].ToString(), capacity["nvidia.com/gpu-milli"].CanonicalizeString()));
    }

    private static V1Pod Pod(string? assigned, params (string Container, string Resource, int Amount)[] limits) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Uid = Guid.NewGuid().ToString(),
            Annotations = assigned is null ? null : new Dictionary<string, string> { [WellKnown.AssignedDevicesAnnotation] = assigned },
        },
        Spec = new V1PodSpec
        {
            Containers =
            [
                .. limits.Select(l => new V1Container
                {
                    Name = l.Container,
                    Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { [l.Resource] = new($"{l.Amount}") } },
                }),
            ],
        },
    };
}
