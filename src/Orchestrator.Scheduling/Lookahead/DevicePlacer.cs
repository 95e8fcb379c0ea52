using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>Where a workload with devices goes.</summary>
/// <param name="Node">Number of the node.</param>
/// <param name="Devices">Its devices, a bit each.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DevicePlacement(int Node, uint Devices);

/// <summary>
/// Places workloads on the nodes of a fleet by a policy. Choices are kept per (workload, state): an arrival examines each distinct state once, and only
/// those that are new since the last arrival of its like are computed.
/// </summary>
public sealed class DevicePlacer(DeviceFleet fleet, IDevicePolicy policy)
{
    private readonly Dictionary<DeviceWorkload, DeviceChoice?[]> _choices = [];
    private long _epoch = -1;

    /// <summary>Places the workload; null where it fits nowhere. One that fits somewhere is never refused.</summary>
    public DevicePlacement? Place(in DeviceWorkload workload)
    {
        policy.Arrived(workload);
        if (policy.Epoch != _epoch)
        {
            _choices.Clear();
            _epoch = policy.Epoch;
        }

        DeviceChoice?[] known = KnownChoices(workload);
        DeviceChoice best = DeviceChoice.None;
        int bestState = -1;
        int bestNode = int.MaxValue;
        foreach (int state in fleet.OccupiedStates)
        {
            DeviceChoice choice = known[state] ??= policy.Choose(workload, fleet.StateOf(state));
            if (choice.Residual < 0 || best.IsBetterThan(choice))
            {
                continue;
            }

            // Equal choices are told apart by node, so that the order in which states are kept does not show.
            int node = fleet.FirstNodeIn(state);
            if (choice.IsBetterThan(best) || node < bestNode)
            {
                (best, bestState, bestNode) = (choice, state, node);
            }
        }

        return bestState < 0 ? null : new DevicePlacement(bestNode, fleet.Take(bestNode, workload, best.Residual));
    }

    private DeviceChoice?[] KnownChoices(in DeviceWorkload workload)
    {
        ref DeviceChoice?[]? known = ref CollectionsMarshal.GetValueRefOrAddDefault(_choices, workload, out _);
        known ??= [];
        if (known.Length < fleet.StateCount)
        {
            Array.Resize(ref known, Math.Max(fleet.StateCount, known.Length * 2));
        }

        return known;
    }
}
