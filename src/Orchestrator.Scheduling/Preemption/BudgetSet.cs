using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>The disruption budgets, with those that protect a pod found out once for all pods alike.</summary>
/// <param name="budgets">The budgets.</param>
internal sealed class BudgetSet(IReadOnlyList<DisruptionBudget> budgets)
{
    private const int IdentityLimit = 65_536;

    private readonly Dictionary<PodIdentity, int[]> _protecting = new(ReferenceEqualityComparer.Instance);

    public int Count => budgets.Count;

    /// <summary>Pods that each lets go now.</summary>
    public int Allowed(int budget) => budgets[budget].Allowed;

    /// <summary>Numbers of the budgets that protect the pod.</summary>
    public int[] Protecting(PodIdentity pod)
    {
        if (!_protecting.TryGetValue(pod, out int[]? numbers))
        {
            if (_protecting.Count >= IdentityLimit)
            {
                _protecting.Clear();
            }

            numbers = [.. Enumerable.Range(0, budgets.Count).Where(i => budgets[i].Protects(pod))];
            _protecting.Add(pod, numbers);
        }

        return numbers;
    }
}
