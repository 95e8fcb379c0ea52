using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>The devices of nodes, and which pods have which.</summary>
public sealed partial class ClusterState
{
    private static readonly DevicePool[] NoDevices = [];

    /// <summary>Names of device models.</summary>
    public Interner<string> DeviceModels { get; } = new();

    /// <summary>The node's devices, one pool for each resource.</summary>
    public ReadOnlySpan<DevicePool> DevicesOf(int slot) => _nodes.Devices[slot];

    /// <summary>The node's devices of the resource; null where it does not say that it has any.</summary>
    public DevicePool? DevicesOf(int slot, string resource)
    {
        foreach (DevicePool pool in _nodes.Devices[slot])
        {
            if (pool.Resource == resource)
            {
                return pool;
            }
        }

        return null;
    }

    /// <summary>The very devices that a workload placed there would get, by tightest fit where nobody else chooses; null where some are lacking.</summary>
    public IReadOnlyList<AssignedDevices>? ChooseDevices(int slot, WorkloadShape shape, IDeviceChooser? chooser = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var chosen = new List<AssignedDevices>();
        foreach (DeviceDemand demand in shape.Devices)
        {
            if (DevicesOf(slot, demand.Resource) is { } pool)
            {
                if ((chooser is null ? pool.Choose(demand) : chooser.Choose(this, slot, pool, demand, shape)) is not { } assigned)
                {
                    return null;
                }

                chosen.Add(assigned);
            }
        }

        return chosen;
    }

    // Made anew where they are news; then the pods that are there take theirs again, those first that know which.
    private void SetDevices(int slot, NodeFacts node)
    {
        DevicePool[] pools = node.Devices.Count == 0
            ? NoDevices
            : [.. node.Devices.GroupBy(d => d.Resource, StringComparer.Ordinal).Select(group => new DevicePool(
                group.Key, [.. group.Select(d => d.Id)], [.. group.Select(d => DeviceModels.IdOf(d.Model))]))];
        if (SameDevices(pools, _nodes.Devices[slot]))
        {
            return;
        }

        _nodes.Devices[slot] = pools;
        PlacedPod[] pods = [.. PodsOf(node.Name).Where(p => p.Workload.Shape.Devices.Length > 0)];
        foreach (PlacedPod pod in pods.Where(p => p.Devices is not null))
        {
            TakeDevices(slot, pod, 1);
        }

        AssignLacking(slot, pods);
    }

    private static bool SameDevices(DevicePool[] a, DevicePool[] b)
    {
        bool same = a.Length == b.Length;
        for (int i = 0; same && i < a.Length; i++)
        {
            same = a[i].Resource == b[i].Resource && a[i].Ids.SequenceEqual(b[i].Ids) && a[i].Models.SequenceEqual(b[i].Models);
        }

        return same;
    }

    private void TakeDevices(int slot, PlacedPod pod, int sign)
    {
        foreach (AssignedDevices assigned in pod.Devices ?? [])
        {
            foreach (DeviceDemand demand in pod.Workload.Shape.Devices)
            {
                if (demand.Resource == assigned.Resource)
                {
                    DevicesOf(slot, demand.Resource)?.Take(assigned, demand.ShareMilli, sign);
                }
            }
        }
    }

    // Pods bound by those who do not say which, or whose room is only kept, take what a placement would. Those that found none, since others had
    // them, take theirs when those go: else their kept room would be taken by whoever comes next.
    private void AssignLacking(int slot, IEnumerable<PlacedPod> pods)
    {
        if (_nodes.Devices[slot].Length == 0)
        {
            return;
        }

        foreach (PlacedPod pod in pods.Where(p => p.Devices is null && p.Workload.Shape.Devices.Length > 0).OrderBy(p => p.Uid, StringComparer.Ordinal))
        {
            pod.Devices = ChooseDevices(slot, pod.Workload.Shape);
            TakeDevices(slot, pod, 1);
        }
    }
}
