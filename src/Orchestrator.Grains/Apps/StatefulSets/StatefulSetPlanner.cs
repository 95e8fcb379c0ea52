using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Revisions;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.StatefulSets;

/// <summary>Reads what the plan of a StatefulSet is made from.</summary>
internal sealed class StatefulSetPlanner(AppsParts parts) : IAppsPlanner
{
    private readonly OrphanSearch _orphans = new(parts.Store, parts.Orphans);
    private readonly RefusalBackOff _refusals = new();

    public ControllerKind Kind => ControllerKind.StatefulSet;

    public ReconcilePlan Plan(StoredObject controller, DateTimeOffset now)
    {
        JsonObject json = StoredJson.Read(controller);
        if (SelectorObject.Read(json.Child("spec", "selector")) is not { IsEverything: false } selector)
        {
            return ReconcilePlan.Nothing;
        }

        var history = new RevisionHistory(Kind, controller, json, parts.Owned(Resources.ControllerRevisions, controller));
        ReconcilePlan? revise = controller.IsTerminating && history.Present is null ? ReconcilePlan.Nothing : history.Complete(parts.IsTaken(Resources.ControllerRevisions, controller));
        if (revise is not null)
        {
            return _refusals.Watch(_refusals.MayTry(now) ? revise : ReconcilePlan.Nothing, now);
        }

        // A pod whose name is none of the set's is not its pod, whatever its labels.
        long generation = json.Child("metadata").Integer("generation") ?? 1;
        var claim = Claim.Of(
            Kind, controller, selector, parts.Owned(Resources.Pods, controller),
            _orphans.Find(Kind, Resources.Pods, controller, generation, selector).Where(p => StatefulSetView.OrdinalOf(controller.Key.Name, p.Key.Name) >= 0));
        return _refusals.Watch(StatefulSetPlan.Plan(new StatefulSetView(controller, json, claim, history, FindClaim, _refusals.MayTry(now), now)), now);

        StoredObject? FindClaim(string name) => parts.Store.Get(new Model.ObjectKey(Resources.VolumeClaims, controller.Key.Namespace, name));
    }
}
