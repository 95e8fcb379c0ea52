using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>
/// Which quotas and disruption budgets a change concerns. A quota is charged by whoever creates, so creations wake nobody: only what gives back does,
/// and a quota that is itself new or different.
/// </summary>
internal sealed class PolicyWakes(IObjectStore store)
{
    private const string Phase = "status.phase";

    public IEnumerable<Wake> For(Change change)
    {
        StoredObject obj = change.Object;
        if (obj.Key.Namespace.Length == 0)
        {
            return [];
        }

        return obj.Key.Resource switch
        {
            Resources.Events or Resources.Leases => [],
            Resources.ResourceQuotas when change.Type != ChangeType.Deleted => SpecChanged(change) ? [Quota(obj)] : [],
            Resources.DisruptionBudgets when change.Type != ChangeType.Deleted => SpecChanged(change) ? [Budget(obj)] : [],
            Resources.Pods => Of(Resources.DisruptionBudgets, obj, Budget).Concat(GivesBack(change) ? Of(Resources.ResourceQuotas, obj, Quota) : []),
            _ => GivesBack(change) ? Of(Resources.ResourceQuotas, obj, Quota) : [],
        };
    }

    public IEnumerable<Wake> All() =>
        store.List(Resources.ResourceQuotas).Items.Select(Quota).Concat(store.List(Resources.DisruptionBudgets).Items.Select(Budget));

    private IEnumerable<Wake> Of(string resource, StoredObject obj, Func<StoredObject, Wake> wake) => store.List(resource, obj.Key.Namespace).Items.Select(wake);

    private static bool GivesBack(Change change) =>
        change.Type == ChangeType.Deleted
        || (change.Type == ChangeType.Updated && change.Object.Fields.GetValueOrDefault(Phase) is "Succeeded" or "Failed"
            && change.Previous?.Fields.GetValueOrDefault(Phase) != change.Object.Fields.GetValueOrDefault(Phase));

    // What a charge or a count changes is the status.
    private static bool SpecChanged(Change change) =>
        change.Previous is not { } previous
        || !JsonNode.DeepEquals(StoredJson.Read(previous).Child("spec"), StoredJson.Read(change.Object).Child("spec"));

    private static Wake Quota(StoredObject quota) => new(Reconciler.Quota, $"{quota.Key.Namespace}/{quota.Key.Name}");

    private static Wake Budget(StoredObject budget) => new(Reconciler.DisruptionBudget, $"{budget.Key.Namespace}/{budget.Key.Name}");
}
