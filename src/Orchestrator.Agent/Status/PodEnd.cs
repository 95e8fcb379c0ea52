using Orchestrator.Agent.Plans;

namespace Orchestrator.Agent.Status;

/// <summary>That a pod is ending, for its status: what has ended is not started again whatever the policy says.</summary>
/// <param name="Failure">Why the node ends it; null where it is deleted.</param>
public sealed record PodEnd(PodEnding? Failure)
{
    public static readonly PodEnd Deleted = new((PodEnding?)null);
}
