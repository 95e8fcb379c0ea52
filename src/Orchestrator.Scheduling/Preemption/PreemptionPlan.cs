using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>Who gives way for a workload, and where.</summary>
/// <param name="Slot">The node's slot.</param>
/// <param name="NodeName">The node.</param>
/// <param name="Victims">Pods of lower priority without which the workload fits, each of them needed. Some may be ending already, or only nominated.</param>
/// <param name="Cost">What it costs.</param>
public sealed record PreemptionPlan(int Slot, string NodeName, IReadOnlyList<PlacedPod> Victims, PreemptionCost Cost);
