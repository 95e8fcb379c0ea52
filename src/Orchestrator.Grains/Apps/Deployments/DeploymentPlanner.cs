using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>Reads what the plan of a Deployment is made from.</summary>
internal sealed class DeploymentPlanner(AppsParts parts) : IAppsPlanner
{
    private readonly OrphanSearch _orphans = new(parts.Store, parts.Orphans);
    private readonly RefusalBackOff _refusals = new();

    public ControllerKind Kind => ControllerKind.Deployment;

    public ReconcilePlan Plan(StoredObject controller, DateTimeOffset now)
    {
        if (!_refusals.MayTry(now))
        {
            return _refusals.Watch(ReconcilePlan.Nothing, now);
        }

        JsonObject json = StoredJson.Read(controller);
        if (SelectorObject.Read(json.Child("spec", "selector")) is not { IsEverything: false } selector)
        {
            return ReconcilePlan.Nothing;
        }

        long generation = json.Child("metadata").Integer("generation") ?? 1;
        var claim = Claim.Of(
            Kind, controller, selector, parts.Owned(Resources.ReplicaSets, controller), _orphans.Find(Kind, Resources.ReplicaSets, controller, generation, selector));
        var state = new DeploymentState(controller, json, claim.Kept.Concat(claim.Adopted), now);
        return _refusals.Watch(
            DeploymentPlan.Plan(
                state,
                claim.Changes,
                () => state.Old.Any(HasPods),
                parts.IsTaken(Resources.ReplicaSets, controller)),
            now);
    }

    private bool HasPods(RevisionSet set) => parts.Owned(Resources.Pods, set.Stored!).Any(p => !PodView.Of(p).HasEnded);
}
