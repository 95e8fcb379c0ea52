using Orchestrator.Scheduling.Placing;
using Orchestrator.Scheduling.Queueing;
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
    PendingPod Pod, StoredObject Object, string? NodeName, PlacementReport Report, UpdateObject? Mutation, DateTimeOffset DecidedAt);
