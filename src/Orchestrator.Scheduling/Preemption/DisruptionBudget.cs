using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>What preemption needs to know of a PodDisruptionBudget.</summary>
/// <param name="Name">NAMESPACE/NAME.</param>
/// <param name="Selector">The pods that it protects.</param>
/// <param name="Allowed">status.disruptionsAllowed: how many of them may go now.</param>
public sealed record DisruptionBudget(string Name, PodSelectorPart Selector, int Allowed)
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public bool Protects(PodIdentity pod) => Selector.Matches(pod, _ => NoLabels);
}
