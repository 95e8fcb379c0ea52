using k8s.Models;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>How large a machine is: what its guest sees, and what is reserved for it on the node. Pure.</summary>
/// <param name="MemoryBytes">Memory of the guest.</param>
/// <param name="Sockets">Sockets with processors in them.</param>
/// <param name="Cores">Cores in a socket.</param>
/// <param name="Threads">Threads in a core.</param>
/// <param name="MaxSockets">Sockets that there is room for.</param>
public sealed record GuestSize(long MemoryBytes, int Sockets, int Cores, int Threads, int MaxSockets)
{
    /// <summary>What the emulator of a small machine uses besides the guest's memory: its own heap, devices, firmware.</summary>
    public const long OverheadBytes = 64L << 20;

    /// <summary>Processors of the guest that are given one processor's time of the node, where nothing else is asked for; KubeVirt's default too.</summary>
    public const int ProcessorsPerCpu = 10;

    public int Processors => Sockets * Cores * Threads;

    public int MaxProcessors => MaxSockets * Cores * Threads;

    /// <summary>The guest's memory is memory.guest, else what is requested, else the limit; the processors are cpu, else what is requested, else the limit, else one.</summary>
    public static GuestSize Of(V1VmDomain? domain)
    {
        decimal memory = domain?.Memory?.Guest?.ToDecimal() ?? Resource(domain, "memory") ?? 0;
        V1VmCpu? cpu = domain?.Cpu;
        bool isTopologyGiven = cpu is { Cores: not null } or { Sockets: not null } or { Threads: not null };
        int sockets = cpu?.Sockets ?? (isTopologyGiven ? 1 : (int)Math.Clamp(Math.Ceiling(Resource(domain, "cpu") ?? 1), 1, 512));
        return new GuestSize((long)Math.Min(memory, long.MaxValue / 2), sockets, cpu?.Cores ?? 1, cpu?.Threads ?? 1, Math.Max(cpu?.MaxSockets ?? sockets, sockets));
    }

    /// <summary>Requests and limits of the machine's container: what the domain says, with the emulator's own need on top of the memory.</summary>
    public V1ResourceRequirements Reservation(V1VmDomain? domain)
    {
        V1VmResources? resources = domain?.Resources;
        long overhead = resources?.OvercommitGuestOverhead == true ? 0 : OverheadBytes;
        var requests = new Dictionary<string, ResourceQuantity>(resources?.Requests ?? new Dictionary<string, ResourceQuantity>(), StringComparer.Ordinal);
        var limits = new Dictionary<string, ResourceQuantity>(resources?.Limits ?? new Dictionary<string, ResourceQuantity>(), StringComparer.Ordinal);
        long reserved = requests.TryGetValue("memory", out ResourceQuantity? asked) ? (long)asked.ToDecimal() : MemoryBytes;
        requests["memory"] = Bytes(reserved + overhead);
        if (limits.TryGetValue("memory", out ResourceQuantity? most))
        {
            limits["memory"] = Bytes((long)most.ToDecimal() + OverheadBytes);
        }

        if (!requests.ContainsKey("cpu"))
        {
            requests["cpu"] = limits.TryGetValue("cpu", out ResourceQuantity? cpus) ? cpus : new ResourceQuantity($"{Math.Max(1, Processors * 1000 / ProcessorsPerCpu)}m");
        }

        foreach (V1VmHostDevice device in (domain?.Devices?.Gpus ?? []).Concat(domain?.Devices?.HostDevices ?? []))
        {
            decimal count = limits.TryGetValue(device.DeviceName!, out ResourceQuantity? already) ? already.ToDecimal() : 0;
            limits[device.DeviceName!] = requests[device.DeviceName!] = new ResourceQuantity((count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return new V1ResourceRequirements { Requests = requests, Limits = limits.Count > 0 ? limits : null };
    }

    private static ResourceQuantity Bytes(long bytes) => new(bytes.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static decimal? Resource(V1VmDomain? domain, string name) =>
        domain?.Resources?.Requests?.TryGetValue(name, out ResourceQuantity? request) == true ? request.ToDecimal()
        : domain?.Resources?.Limits?.TryGetValue(name, out ResourceQuantity? limit) == true ? limit.ToDecimal()
        : null;
}
