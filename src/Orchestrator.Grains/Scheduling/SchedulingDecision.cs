using Orchestrator.Model;
using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Queueing;
using Orchestrator.Scheduling.Workloads;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>A decision and the write that makes it count.</summary>
/// <param name="Pod">The pod decided on.</param>
/// <param name="Object">The state decided on.</param>
/// <param name="NodeName">Where it goes, or null where it fits nowhere.</param>
/// <param name="Report">The reasons.</param>
/// <param name="Mutation">The bind, or the condition of a pod that fits nowhere; null where that is said already.</param>
/// <param name="DecidedAt">When.</param>
internal sealed record SchedulingDecision(
    PendingPod Pod, StoredObject Object, string? NodeName, PlacementReport Report, UpdateObject? Mutation, DateTimeOffset DecidedAt)
{
    /// <summary>Pods that give way for it, by uid: their deletion begins with the same commit.</summary>
    public IReadOnlyList<PreemptionVictim> Victims { get; init; } = [];

    /// <summary>Claims that are decided on with the node: written before the bind, and with it.</summary>
    public IReadOnlyList<ClaimAssignment> Volumes { get; init; } = [];
}

/// <summary>A pod that gives way.</summary>
/// <param name="Key">The pod.</param>
/// <param name="Uid">metadata.uid: one of the same name that came later does not.</param>
/// <param name="For">The pod that it gives way for.</param>
/// <param name="NodeName">Their node.</param>
internal sealed record PreemptionVictim(ObjectKey Key, string Uid, PodFacts For, string NodeName);

/// <summary>What becomes of a claim with the choice of a node.</summary>
/// <param name="Claim">The PersistentVolumeClaim.</param>
/// <param name="NodeName">The node for which its volume is to be.</param>
/// <param name="Volume">The volume that it gets; null where one is made.</param>
internal sealed record ClaimAssignment(ObjectKey Claim, string NodeName, string? Volume);
