using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.ReplicaSets;

/// <summary>Reads what the plan of a ReplicaSet, or of a ReplicationController, is made from.</summary>
internal sealed class ReplicaSetPlanner(AppsParts parts, ControllerKind kind) : IAppsPlanner
{
    private readonly OrphanSearch _orphans = new(parts.Store, parts.Orphans);
    private readonly RefusalBackOff _refusals = new();

    public ControllerKind Kind => kind;

    public ReconcilePlan Plan(StoredObject controller, DateTimeOffset now)
    {
        JsonObject json = StoredJson.Read(controller);
        JsonObject? selects = json.Child("spec", "selector");
        if ((kind == ControllerKind.ReplicaSet ? SelectorObject.Read(selects) : SelectorObject.ReadMap(selects)) is not { IsEverything: false } selector)
        {
            return ReconcilePlan.Nothing;
        }

        long generation = json.Child("metadata").Integer("generation") ?? 1;
        var view = new ReplicaSetView(
            kind,
            controller,
            json,
            selector,
            parts.Owned(Resources.Pods, controller),
            _orphans.Find(kind, Resources.Pods, controller, generation, selector),
            () => Related(controller),
            _refusals.MayTry(now),
            now);
        return _refusals.Watch(ReplicaSetPlan.Plan(view), now);
    }

    // Pods of the sets beside this one under the same Deployment: what is doubled up on a node is so across revisions.
    private IEnumerable<PodView> Related(StoredObject controller) =>
        OwnerReference.Of(controller).FirstOrDefault(r => r.IsController) is { } owner
            ? parts.Store.ListByOwner(owner.Uid).Items
                .Where(o => o.Key.Resource == Resources.ReplicaSets && o.Uid != controller.Uid)
                .SelectMany(set => parts.Owned(Resources.Pods, set))
                .Select(PodView.Of)
            : [];
}
