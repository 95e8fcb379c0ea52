using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.ReplicaSets;

/// <summary>
/// As many pods as wanted (kube-controller-manager's replicaset controller). Pods are made and ended in one transaction with the status that counts
/// them, so two activations can never both make up for the same missing pod, and the status needs no second write. Pure.
/// </summary>
internal static class ReplicaSetPlan
{
    /// <summary>Pods made or ended in one step; the next follows at once.</summary>
    public const int StepSize = 500;

    public static ReconcilePlan Plan(ReplicaSetView view)
    {
        Claim claim = Claim.Of(view.Kind, view.Stored, view.Selector, view.Owned, view.Orphans);
        List<PodView> pods = [.. claim.Kept.Concat(claim.Adopted).Select(PodView.Of)];
        List<PodView> active = [.. pods.Where(p => p.IsActive)];
        long missing = view.Stored.IsTerminating ? 0 : (view.Json.Child("spec").Integer("replicas") ?? 1) - active.Count;
        if (missing > 0)
        {
            return Grow(view, claim, pods, (int)Math.Min(missing, StepSize));
        }

        List<PodView> surplus = missing < 0 ? Surplus(view, active, (int)Math.Min(-missing, StepSize)) : [];
        return Finish(view, claim, pods, AdmittedObjects.None, surplus);
    }

    private static ReconcilePlan Grow(ReplicaSetView view, Claim claim, List<PodView> pods, int count)
    {
        if (!view.MayCreate)
        {
            return Finish(view, claim, pods, AdmittedObjects.None, [], refusalStands: true);
        }

        JsonObject? template = view.Json.Child("spec", "template");
        return new ReconcilePlan
        {
            Creations = new NewObjects(
                Resources.Pods, view.Stored.Key.Namespace, view.Kind.Component,
                [.. Enumerable.Range(0, count).Select(_ => PodTemplate.Pod(view.Kind, view.Stored, template))]),
            Conclude = admitted => Finish(view, claim, pods, admitted, []),
        };
    }

    private static List<PodView> Surplus(ReplicaSetView view, List<PodView> active, int count)
    {
        // Nothing to choose from where all go.
        return count >= active.Count ? active : [.. active.Order(new DeletionOrder(active.Concat(view.Related()), view.Now)).Take(count)];
    }

    private static ReconcilePlan Finish(
        ReplicaSetView view, Claim claim, List<PodView> pods, AdmittedObjects admitted, List<PodView> surplus, bool refusalStands = false)
    {
        var mutations = new List<Mutation>(claim.Changes);
        var events = new List<ObservedEvent>();
        events.AddRange(admitted.Objects.Select(o => view.Kind.Event(view.Stored, "SuccessfulCreate", $"Created pod: {o.Key.Name}")));
        if (admitted.Refusal is { } refusal)
        {
            events.Add(view.Kind.Event(view.Stored, "FailedCreate", $"Error creating: {refusal}", isWarning: true));
        }

        // An adopted pod is written already; should it be too many, the next look ends it.
        HashSet<StoredObject> adopted = [.. claim.Adopted];
        foreach (PodView pod in surplus.Where(p => !adopted.Contains(p.Stored)))
        {
            if (ObjectDeletion.Delete(pod.Stored, PodDeletion.Instance, null, view.Now) is { } deletion)
            {
                mutations.Add(deletion);
                events.Add(view.Kind.Event(view.Stored, "SuccessfulDelete", $"Deleted pod: {pod.Name}"));
            }
        }

        bool acts = mutations.Count > 0 || admitted.Objects.Count > 0;
        HashSet<PodView> ending = [.. surplus];
        bool changed = ReplicaSetStatus.Write(view, pods, ending, admitted, refusalStands);
        return new ReconcilePlan
        {
            Anchor = acts || changed ? StoredJson.Replace(view.Stored, view.Json) : null,
            Mutations = mutations,
            Events = events,
            LookAgainAfter = UntilAvailable(view, pods),
        };
    }

    private static TimeSpan? UntilAvailable(ReplicaSetView view, List<PodView> pods)
    {
        long minReadySeconds = view.Json.Child("spec").Integer("minReadySeconds") ?? 0;
        return pods.Min(p => p.IsActive ? p.UntilAvailable(minReadySeconds, view.Now) : null);
    }
}
