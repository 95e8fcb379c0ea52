using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Status;

namespace Orchestrator.Agent.Nodes;

/// <summary>The node's refusal of a pod.</summary>
/// <param name="Reason">status.reason: <c>OutOfcpu</c>, <c>OutOfmemory</c>, <c>OutOfpods</c>, <c>UnsupportedField</c>, ...</param>
public sealed record AdmissionRefusal(string Reason, string Message);

/// <summary>
/// The node's own last word on what fits it. The scheduler decides on what it knows, and two of them may briefly be at work; the node
/// knows what it has taken.
/// </summary>
public sealed class NodeAdmission(NodeCapacity capacity, NodePressure pressure)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _admitted = new(StringComparer.Ordinal);

    /// <summary>Takes the pod, or says why not. A pod that was taken before stays taken.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="isKnown">It has been taken before, perhaps by an earlier agent: it has a start time or a sandbox.</param>
    /// <param name="others">All other pods of the node.</param>
    public AdmissionRefusal? Admit(V1Pod pod, bool isKnown, IEnumerable<V1Pod> others)
    {
        lock (_gate)
        {
            if (isKnown || _admitted.Contains(pod.Metadata.Uid))
            {
                _admitted.Add(pod.Metadata.Uid);
                return null;
            }

            var refusal = Check(pod, [.. others.Where(IsCounted)]);
            if (refusal is null)
            {
                _admitted.Add(pod.Metadata.Uid);
            }

            return refusal;
        }
    }

    public void Release(string podUid)
    {
        lock (_gate)
        {
            _admitted.Remove(podUid);
        }
    }

    private bool IsCounted(V1Pod pod) =>
        !PodPhases.IsTerminal(pod.Status?.Phase) && (_admitted.Contains(pod.Metadata.Uid) || pod.Status?.StartTime is not null);

    private AdmissionRefusal? Check(V1Pod pod, IReadOnlyList<V1Pod> counted)
    {
        if (counted.Count + 1 > capacity.Pods)
        {
            return Refuse("pods", 1, counted.Count, capacity.Pods);
        }

        if (SysctlAdmission.Check(pod) is { } forbidden)
        {
            return forbidden;
        }

        // The scheduler knows by the taints, but pods may be bound without it, or before them.
        if (NodeSignals.All.Where(s => pressure.IsUnder(s) && (s != NodeSignal.Memory || PodQos.Of(pod) == "BestEffort")).ToList() is [var signal, ..])
        {
            return new AdmissionRefusal("Evicted", $"Pod was rejected: The node had condition: [{NodeSignals.Condition(signal)}]. ");
        }

        var used = counted.Select(PodRequests.Of).ToList();
        foreach (var (name, requested) in PodRequests.Of(pod).Where(r => r.Value > 0))
        {
            var taken = used.Sum(u => u.GetValueOrDefault(name));
            var has = capacity.Allocatable.GetValueOrDefault(name);
            if (taken + requested > has)
            {
                return Refuse(name, requested, taken, has);
            }
        }

        return PodDevices.Check(pod, counted, capacity.Devices);
    }

    private static AdmissionRefusal Refuse(string resource, decimal requested, decimal used, decimal has)
    {
        // kubelet counts processors in thousandths.
        var unit = resource == "cpu" ? 1000 : 1;
        return new AdmissionRefusal(
            $"OutOf{resource}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Pod was rejected: Node didn't have enough resource: {resource}, requested: {requested * unit:0}, used: {used * unit:0}, capacity: {has * unit:0}"));
    }
}
