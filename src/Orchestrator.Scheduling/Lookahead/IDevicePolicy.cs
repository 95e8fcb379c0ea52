using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>A way of putting a workload into a state. The lower the cost, and of equal costs the lower the slack, the better.</summary>
/// <param name="Residual">Residual of the device or devices taken, see <see cref="NodeDevices.Ways"/>; negative where the workload does not fit.</param>
/// <param name="Cost">What placing it there costs.</param>
/// <param name="Slack">What would be left over beside it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeviceChoice(short Residual, float Cost, float Slack)
{
    public static DeviceChoice None { get; } = new(-1, float.PositiveInfinity, float.PositiveInfinity);

    public bool IsBetterThan(in DeviceChoice other) => Cost < other.Cost || (Cost == other.Cost && Slack < other.Slack);
}

/// <summary>Chooses among the ways in which a workload fits into a node's state. A pure function of both until <see cref="Epoch"/> changes.</summary>
public interface IDevicePolicy
{
    /// <summary>Changes when earlier choices no longer hold.</summary>
    long Epoch { get; }

    /// <summary>Tells of a workload that arrived, before it is placed.</summary>
    void Arrived(in DeviceWorkload workload);

    /// <summary>The best way on the node, <see cref="DeviceChoice.None"/> where it does not fit.</summary>
    DeviceChoice Choose(in DeviceWorkload workload, in NodeDevices node);
}
