using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>Names that controllers and agents agree on for virtual machines.</summary>
public static class VirtualMachineNames
{
    /// <summary>The container of an instance's pod; KubeVirt's name of it, which its users give to <c>kubectl logs -c</c>.</summary>
    public const string Container = "compute";

    /// <summary>Stands where pods have an image: there is none, the machine's disks are the instance's.</summary>
    public const string Image = "orchestrator.dev/virtual-machine";

    /// <summary>Holds an instance until its pod is gone.</summary>
    public const string Finalizer = "foregroundDeleteVirtualMachine";

    /// <summary>Condition of a pod that its agent sets: the machine's processors are stopped.</summary>
    public const string PausedCondition = "orchestrator.dev/Paused";

    /// <summary>Condition of a pod that its agent sets: the guest's agent answers.</summary>
    public const string AgentConnectedCondition = "orchestrator.dev/AgentConnected";

    public const long DefaultGraceSeconds = 180;

    private const string MountRoot = "/machine/volumes/";

    /// <summary>Where a volume of the pod is mounted: agents find the machine's volume by it.</summary>
    public static string MountPath(string volume) => MountRoot + volume;

    /// <summary>The pod's volume with the network data of the machine's volume at the index.</summary>
    public static string NetworkDataVolume(int index) => string.Create(CultureInfo.InvariantCulture, $"network-data-{index}");

    /// <summary>Address of an interface that asks for none: the same whenever and wherever the machine runs. Locally administered.</summary>
    public static string MacOf(string ns, string name, string interfaceName)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ns}/{name}/{interfaceName}"));
        return string.Create(CultureInfo.InvariantCulture, $"02:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}:{hash[3]:x2}:{hash[4]:x2}");
    }

    /// <summary>UUID of a machine that asks for none: the same whenever and wherever it runs.</summary>
    public static string UuidOf(string ns, string name)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ns}/{name}"))[..16];
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }
}
