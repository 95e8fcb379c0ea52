using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>Plain best fit: the node and device with the least left over, by shares of the node's dimensions.</summary>
public sealed class TightestFit : IDevicePolicy
{
    public long Epoch => 0;

    public void Arrived(in DeviceWorkload workload)
    {
        // Learns nothing.
    }

    public DeviceChoice Choose(in DeviceWorkload workload, in NodeDevices node)
    {
        Span<short> ways = stackalloc short[DeviceResiduals.Limit];
        int count = node.Ways(workload, ways);
        // Ways are in ascending order: the first device leaves the least.
        return count == 0 ? DeviceChoice.None : new DeviceChoice(ways[0], 0, SlackOf(workload, node, ways[0]));
    }

    /// <summary>What would be left: of the device first, then of all devices of the node, then of CPU and memory.</summary>
    internal static float SlackOf(in DeviceWorkload workload, in NodeDevices node, int residual)
    {
        long free = 0;
        foreach (short device in node.Free)
        {
            free += device;
        }

        float device1 = workload.IsShare ? residual - workload.ShareMilli : 0;
        return (device1 * 1e3f) + (free - workload.TotalMilli) + ((node.CpuMilli - workload.CpuMilli) * 1e-5f) + ((node.MemoryMib - workload.MemoryMib) * 1e-7f);
    }
}
