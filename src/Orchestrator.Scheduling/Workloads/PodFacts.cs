using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>What the scheduler needs to know of a Pod beside its shape.</summary>
/// <param name="Uid">metadata.uid.</param>
/// <param name="Namespace">metadata.namespace.</param>
/// <param name="Name">metadata.name.</param>
/// <param name="Priority">spec.priority, 0 where absent.</param>
/// <param name="SchedulerName">spec.schedulerName.</param>
/// <param name="NodeName">spec.nodeName, empty while unbound.</param>
/// <param name="HasEnded">status.phase is Succeeded or Failed: it takes nothing of its node any more.</param>
/// <param name="IsTerminating">metadata.deletionTimestamp is set.</param>
/// <param name="IsGated">spec.schedulingGates is not empty.</param>
/// <param name="RuntimeClassName">spec.runtimeClassName, empty where absent.</param>
/// <param name="TraceParent">W3C traceparent of the request that created the pod, or null.</param>
public sealed record PodFacts(
    string Uid,
    string Namespace,
    string Name,
    int Priority,
    string SchedulerName,
    string NodeName,
    bool HasEnded,
    bool IsTerminating,
    bool IsGated,
    string RuntimeClassName,
    string? TraceParent)
{
    /// <summary>metadata.creationTimestamp, in seconds since the epoch.</summary>
    public long CreatedSeconds { get; init; }

    /// <summary>spec.preemptionPolicy is not Never.</summary>
    public bool MayPreempt { get; init; } = true;

    /// <summary>status.nominatedNodeName, empty where absent.</summary>
    public string NominatedNodeName { get; init; } = "";

    /// <summary>spec.schedulingGroup.podGroupName, empty where absent.</summary>
    public string GroupName { get; init; } = "";

    /// <summary>The very devices that it has; empty while unbound.</summary>
    public IReadOnlyList<AssignedDevices> Devices { get; init; } = [];

    /// <summary>Who gives way to whom, once it is placed.</summary>
    public PodRank Rank => new(Priority, CreatedSeconds, IsTerminating ? PlacementStage.Ending : PlacementStage.Placed);
}
