using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Queueing;

/// <summary>A pod that waits to be placed.</summary>
/// <param name="Facts">The pod.</param>
/// <param name="Revision">Revision at which it was read: what its bind is compared with.</param>
public sealed record PendingPod(PodFacts Facts, long Revision)
{
    /// <summary>When the scheduler first saw it waiting.</summary>
    public DateTimeOffset Since { get; internal set; }

    /// <summary>Attempts that did not end in a bind.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Order of arrival among pods of one priority.</summary>
    internal long Arrival { get; set; }

    internal DateTimeOffset NotBefore { get; set; }

    /// <summary>Bits of the filters that rejected nodes at the last attempt.</summary>
    internal int RejectedBy { get; set; }

    internal QueuePlace Place { get; set; }
}

internal enum QueuePlace
{
    Ready,
    BackingOff,
    Unschedulable,
    Taken,
}
