namespace Orchestrator.Scheduling.Placing;

/// <summary>The answer to where a workload goes.</summary>
/// <param name="Slot">The chosen node's slot, or -1.</param>
/// <param name="NodeName">The chosen node, or null where none is eligible.</param>
/// <param name="RejectedBy">Bits of the filters that rejected nodes; 0 for a workload that could not be considered at all.</param>
public readonly record struct Placement(int Slot, string? NodeName, int RejectedBy)
{
    public bool IsPlaced => Slot >= 0;
}
