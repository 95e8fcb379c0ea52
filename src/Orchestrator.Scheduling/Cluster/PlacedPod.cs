using System.Runtime.InteropServices;
using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>A pod that counts against a node.</summary>
public sealed record PlacedPod(string Uid, string NodeName, Workload Workload, PodRank Rank)
{
    /// <summary>The very devices that it has; null where it asks for none, or its node has none for it.</summary>
    public IReadOnlyList<AssignedDevices>? Devices { get; internal set; }
}

/// <summary>Who gives way to whom.</summary>
/// <param name="Priority">spec.priority.</param>
/// <param name="StartedSeconds">Since the epoch: among equals the later one gives way.</param>
/// <param name="Stage">What is known of its being there.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PodRank(int Priority, long StartedSeconds = 0, PlacementStage Stage = PlacementStage.Placed);

public enum PlacementStage
{
    /// <summary>Bound, or about to be.</summary>
    Placed,

    /// <summary>Its room is kept while those that it displaced end: it is on no node yet, and gives way without being deleted.</summary>
    Nominated,

    /// <summary>Being deleted: its room will be free, and deleting it again frees none.</summary>
    Ending,
}
