using System.Text.Json;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Takes from a stored PodDisruptionBudget what preemption needs. One whose status nobody has written yet allows nothing.</summary>
public static class BudgetReader
{
    public static DisruptionBudget Read(JsonElement budget)
    {
        string ns = budget.Member("metadata").Member("namespace").Text();
        return new DisruptionBudget(
            $"{ns}/{budget.Member("metadata").Member("name").Text()}",
            new PodSelectorPart([ns], null, LabelSelectorReader.Read(budget.Member("spec").Member("selector"), [])),
            (int)Math.Clamp(budget.Member("status").Member("disruptionsAllowed").Whole(), 0, int.MaxValue));
    }
}
