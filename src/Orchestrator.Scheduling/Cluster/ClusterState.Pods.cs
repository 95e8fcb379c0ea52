using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>The pods of the cluster, and what they take.</summary>
public sealed partial class ClusterState
{
    /// <summary>Pods placed on the node, whether or not the node is known.</summary>
    public IReadOnlyCollection<PlacedPod> PodsOf(string nodeName) =>
        _podsByNode.TryGetValue(nodeName, out Dictionary<string, PlacedPod>? pods) ? pods.Values : [];

    /// <summary>Whether any placed pod has a lower priority: else nobody gives way.</summary>
    public bool HasBelow(int priority)
    {
        foreach (int present in _priorities.Keys)
        {
            if (present < priority)
            {
                return true;
            }
        }

        return false;
    }

    public PlacedPod? FindPod(string podUid) => _pods.GetValueOrDefault(podUid);

    /// <summary>Counts the pod against the node; moves it if it counted elsewhere. Repeating it changes nothing.</summary>
    /// <param name="podUid">The pod.</param>
    /// <param name="nodeName">Its node.</param>
    /// <param name="workload">What it is to placement.</param>
    /// <param name="rank">Who gives way to whom.</param>
    /// <param name="devices">The very devices that it has; null where that is not known, and those that fit tightest are taken.</param>
    public void PlacePod(string podUid, string nodeName, Workload workload, PodRank rank = default, IReadOnlyList<AssignedDevices>? devices = null)
    {
        if (_pods.TryGetValue(podUid, out PlacedPod? old))
        {
            if (old.NodeName == nodeName && old.Workload == workload && old.Rank == rank && (devices is null || devices.SequenceEqual(old.Devices ?? [])))
            {
                return;
            }

            RemovePod(podUid);
        }

        var pod = new PlacedPod(podUid, nodeName, workload, rank) { Devices = devices };
        _pods.Add(podUid, pod);
        _priorities[rank.Priority] = _priorities.GetValueOrDefault(rank.Priority) + 1;
        if (!_podsByNode.TryGetValue(nodeName, out Dictionary<string, PlacedPod>? siblings))
        {
            _podsByNode[nodeName] = siblings = new Dictionary<string, PlacedPod>(StringComparer.Ordinal);
        }

        siblings.Add(podUid, pod);
        if (_slots.TryGetValue(nodeName, out int slot))
        {
            Count(slot, pod, 1);
            AssignLacking(slot, [pod]);
            Touch(slot);
        }
    }

    /// <summary>The pod no longer counts. False where it did not.</summary>
    public bool RemovePod(string podUid)
    {
        if (!_pods.Remove(podUid, out PlacedPod? pod))
        {
            return false;
        }

        if (--_priorities[pod.Rank.Priority] == 0)
        {
            _priorities.Remove(pod.Rank.Priority);
        }

        Dictionary<string, PlacedPod> siblings = _podsByNode[pod.NodeName];
        siblings.Remove(podUid);
        if (siblings.Count == 0)
        {
            _podsByNode.Remove(pod.NodeName);
        }

        if (_slots.TryGetValue(pod.NodeName, out int slot))
        {
            Count(slot, pod, -1);
            AssignLacking(slot, siblings.Values);
            Touch(slot);
        }

        return true;
    }

    /// <summary>
    /// Counts as if the pod were not there (-1), or again as it is (1), without a trace in <see cref="Version"/>: for asking what would be.
    /// Whoever takes it away puts it back before anybody else looks.
    /// </summary>
    internal void CountTentatively(int slot, PlacedPod pod, int sign) => Count(slot, pod, sign);

    private IEnumerable<(int Slot, Workload Workload)> CountedPods()
    {
        foreach ((string nodeName, int slot) in _slots)
        {
            foreach (PlacedPod pod in PodsOf(nodeName))
            {
                yield return (slot, pod.Workload);
            }
        }
    }

    private void Count(int slot, PlacedPod pod, int sign)
    {
        WorkloadShape shape = pod.Workload.Shape;
        Topology.Count(slot, pod.Workload, sign);
        TakeDevices(slot, pod, sign);
        CountHandler(slot, shape, sign);
        _nodes.EnsureColumns(Resources.Count);
        foreach (ResourceAmount request in shape.Requests)
        {
            _nodes.Requested[request.Column][slot] += sign * request.Amount;
        }

        _nodes.ScoredCpuMilli[slot] += sign * shape.ScoredCpuMilli;
        _nodes.ScoredMemoryBytes[slot] += sign * shape.ScoredMemoryBytes;
        if (shape.HostPorts.Length > 0)
        {
            List<HostPort> ports = _nodes.HostPorts[slot] ??= [];
            foreach (HostPort port in shape.HostPorts)
            {
                if (sign > 0)
                {
                    ports.Add(port);
                }
                else
                {
                    ports.Remove(port);
                }
            }
        }
    }
}
