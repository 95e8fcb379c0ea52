using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>The hypervisors of nodes, and what runs on them.</summary>
public sealed partial class ClusterState
{
    /// <summary>The ready hypervisors of the node, by name.</summary>
    public ReadOnlySpan<HypervisorFacts> HypervisorsOf(int slot) => _nodes.Hypervisors[slot];

    /// <summary>Whether a ready hypervisor of the node has a limit of workloads or of virtual processors.</summary>
    public bool HasHypervisorLimits(int slot) => _nodes.HypervisorLimits[slot];

    /// <summary>
    /// What counts against the hypervisor: workloads of all handlers that it serves. Where two hypervisors of a node serve one handler, its workloads
    /// count against both, since which of them runs one is the agent's choice.
    /// </summary>
    public HypervisorUse UseOf(int slot, HypervisorFacts hypervisor)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        int workloads = 0;
        int vcpus = 0;
        foreach (HandlerUse use in _nodes.HandlerUses[slot])
        {
            if (hypervisor.Handlers.Contains(Handlers[use.Handler]))
            {
                workloads += use.Workloads;
                vcpus += use.Vcpus;
            }
        }

        return new HypervisorUse(workloads, vcpus);
    }

    // Usually a hypervisor takes as many workloads as its node takes pods, which is asked of the node.
    private void FindHypervisorLimits(int slot) => _nodes.HypervisorLimits[slot] =
        _nodes.Hypervisors[slot].Any(h => h.Vcpus is not null || h.Slots < Allocatable(ResourceCatalog.Pods, slot));

    private void CountHandler(int slot, WorkloadShape shape, int sign)
    {
        HandlerUse[] uses = _nodes.HandlerUses[slot];
        for (int i = 0; i < uses.Length; i++)
        {
            if (uses[i].Handler == shape.HandlerId)
            {
                uses[i] = new HandlerUse(shape.HandlerId, uses[i].Workloads + sign, uses[i].Vcpus + (sign * shape.Vcpus));
                return;
            }
        }

        _nodes.HandlerUses[slot] = [.. uses, new HandlerUse(shape.HandlerId, sign, sign * shape.Vcpus)];
    }
}

/// <param name="Workloads">Workloads on it.</param>
/// <param name="Vcpus">Their virtual processors.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HypervisorUse(int Workloads, int Vcpus);

/// <summary>What the workloads of one runtime handler take on a node.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HandlerUse(int Handler, int Workloads, int Vcpus);
