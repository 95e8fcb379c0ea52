using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>The choices of a policy, kept per workload and state until the policy learns: for one resource of devices.</summary>
internal sealed class RoomByResource(IDevicePolicy policy)
{
    private const int WorkloadLimit = 4_096;
    private const int StateLimit = 1 << 18;

    private readonly Dictionary<DeviceWorkload, Dictionary<NodeDevices, DeviceChoice>> _choices = [];
    private int _kept;
    private long _epoch = -1;

    public void Arrived(in DeviceWorkload workload) => policy.Arrived(workload);

    /// <summary>The best way on the node; null where it is not known and <paramref name="budget"/> is used up.</summary>
    public DeviceChoice? Choose(in DeviceWorkload workload, in NodeDevices state, ref int budget)
    {
        if (policy.Epoch != _epoch || _kept >= StateLimit || _choices.Count >= WorkloadLimit)
        {
            _choices.Clear();
            _kept = 0;
            _epoch = policy.Epoch;
        }

        ref Dictionary<NodeDevices, DeviceChoice>? known = ref CollectionsMarshal.GetValueRefOrAddDefault(_choices, workload, out _);
        known ??= [];
        if (known.TryGetValue(state, out DeviceChoice choice))
        {
            return choice;
        }

        if (budget <= 0)
        {
            return null;
        }

        budget--;
        _kept++;
        return known[state] = policy.Choose(workload, state);
    }
}
