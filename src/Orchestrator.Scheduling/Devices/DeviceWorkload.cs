using System.Runtime.InteropServices;

namespace Orchestrator.Scheduling.Devices;

/// <summary>What a workload asks of a node with devices. Two workloads with equal demands are interchangeable.</summary>
/// <param name="CpuMilli">Thousandths of a CPU.</param>
/// <param name="MemoryMib">Memory, MiB.</param>
/// <param name="DeviceCount">Devices; 0 for none.</param>
/// <param name="ShareMilli">Thousandths of each device, 1 to 1,000. Less than 1,000 only with one device: a share is of one device.</param>
/// <param name="Models">Bit per model that will do (<see cref="ModelCatalog"/>); all bits where any will.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeviceWorkload(long CpuMilli, long MemoryMib, int DeviceCount, int ShareMilli, ulong Models)
{
    /// <summary>Thousandths of a whole device.</summary>
    public const int WholeMilli = 1_000;

    public const ulong AnyModel = ulong.MaxValue;

    /// <summary>Thousandths of devices in all.</summary>
    public long TotalMilli => (long)DeviceCount * ShareMilli;

    public bool IsShare => DeviceCount == 1 && ShareMilli < WholeMilli;
}
