using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Disruptions;

/// <summary>Keeps the status of one PodDisruptionBudget. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IDisruptionBudgetGrain : IReconcilerGrain;

internal sealed class DisruptionBudgetGrain(IObjectStore store, IEventRecorder events, TimeProvider time, ILogger<DisruptionBudgetGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IDisruptionBudgetGrain
{
    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(Resources.DisruptionBudgets, key[0], key[1])) is not { } stored)
        {
            return ReconcilePlan.Gone;
        }

        JsonObject budget = StoredJson.Read(stored);
        JsonObject[] pods = SelectorObject.Read(budget.Child("spec", "selector")) is { } selector
            ? [.. Store.List(Resources.Pods, key[0]).Items.Where(p => selector.Matches(p.Labels)).Select(StoredJson.Read)]
            : [];
        return DisruptionStatus.Plan(stored, budget, pods, now);
    }
}
