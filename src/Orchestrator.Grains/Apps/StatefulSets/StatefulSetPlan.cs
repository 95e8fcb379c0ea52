using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Grains.Apps.Revisions;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.StatefulSets;

/// <summary>Keeps the pods of a StatefulSet, each with its ordinal (kube-controller-manager's statefulset controller). Pure.</summary>
internal static class StatefulSetPlan
{
    public static ReconcilePlan Plan(StatefulSetView view)
    {
        StatefulSetSteps steps = view.Stored.IsTerminating ? new StatefulSetSteps([], []) : StatefulSetSteps.Of(view);
        if (view.MayCreate && StatefulClaims.Missing(view, steps.Created) is { Count: > 0 } claims)
        {
            return Claim(view, claims);
        }

        if (steps.Created.Count == 0)
        {
            return Finish(view, steps.Ended, AdmittedObjects.None);
        }

        return new ReconcilePlan
        {
            Creations = new NewObjects(
                Resources.Pods, view.Stored.Key.Namespace, ControllerKind.StatefulSet.Component, [.. steps.Created.Select(i => StatefulPod.Create(view, i))]),
            Conclude = admitted => Finish(view, steps.Ended, admitted),
        };
    }

    // Before the pods that mount them. Their names are given, so that two who make them at once make them once.
    private static ReconcilePlan Claim(StatefulSetView view, List<JsonObject> claims) => new()
    {
        Creations = new NewObjects(Resources.VolumeClaims, view.Stored.Key.Namespace, ControllerKind.StatefulSet.Component, claims),
        Conclude = admitted => new ReconcilePlan
        {
            Events =
            [
                .. admitted.Objects.Select(o => ControllerKind.StatefulSet.Event(view.Stored, "SuccessfulCreate", $"create Claim {o.Key.Name} in StatefulSet {view.Stored.Key.Name} success")),
                .. admitted.Refusal is { } refusal
                    ? [ControllerKind.StatefulSet.Event(view.Stored, "FailedCreate", $"create Claim in StatefulSet {view.Stored.Key.Name} failed error: {refusal}", isWarning: true)]
                    : (ObservedEvent[])[],
            ],
            LookAgainAfter = admitted.Refusal is null ? TimeSpan.Zero : null,
        },
    };

    private static ReconcilePlan Finish(StatefulSetView view, IReadOnlyList<PodView> ended, AdmittedObjects admitted)
    {
        ControllerKind kind = ControllerKind.StatefulSet;
        string name = view.Stored.Key.Name;
        var mutations = new List<Mutation>(view.Claim.Changes);
        mutations.AddRange(view.Stored.IsTerminating ? [] : StatefulClaims.Reown(view));
        var events = new List<ObservedEvent>();
        events.AddRange(admitted.Objects.Select(o => kind.Event(view.Stored, "SuccessfulCreate", $"create Pod {o.Key.Name} in StatefulSet {name} successful")));
        if (admitted.Refusal is { } refusal)
        {
            events.Add(kind.Event(view.Stored, "FailedCreate", $"create Pod in StatefulSet {name} failed error: {refusal}", isWarning: true));
        }

        HashSet<Model.ObjectKey> claimed = [.. mutations.Select(m => m.Key)];
        foreach (PodView pod in ended.Where(p => !claimed.Contains(p.Stored.Key)))
        {
            if (ObjectDeletion.Delete(pod.Stored, PodDeletion.Instance, null, view.Now) is { } deletion)
            {
                mutations.Add(deletion);
                events.Add(kind.Event(view.Stored, "SuccessfulDelete", $"delete Pod {pod.Name} in StatefulSet {name} successful"));
            }
        }

        var before = (JsonObject)view.Json.ObjectOrNew("status")!.DeepClone();
        WriteStatus(view, ended, admitted);
        mutations.AddRange(view.History.Truncate(r => r.Name == view.CurrentRevision || r.Name == view.Json.Child("status").Text("currentRevision") || Pods(view).Any(p => RevisionOf(p) == r.Name)));
        bool acts = mutations.Count + admitted.Objects.Count > 0;
        return new ReconcilePlan
        {
            Anchor = acts || !JsonNode.DeepEquals(before, view.Json.Child("status")) ? StoredJson.Replace(view.Stored, view.Json) : null,
            Mutations = mutations,
            Events = events,
            LookAgainAfter = Pods(view).Min(p => p.IsActive ? p.UntilAvailable(view.MinReadySeconds, view.Now) : null),
        };
    }

    private static IEnumerable<PodView> Pods(StatefulSetView view) => view.Replicas.OfType<PodView>().Concat(view.Condemned);

    private static string RevisionOf(PodView pod) => pod.Stored.Labels.GetValueOrDefault(Revision.Label, "");

    private static void WriteStatus(StatefulSetView view, IReadOnlyList<PodView> ended, AdmittedObjects admitted)
    {
        JsonObject status = view.Json.ObjectOrNew("status")!;
        List<PodView> pods = [.. Pods(view)];
        List<PodView> staying = [.. pods.Where(p => !p.IsTerminating && !ended.Contains(p))];
        List<string> made = [.. admitted.Objects.Select(o => view.RevisionOf((int)(StatefulSetView.OrdinalOf(view.Stored.Key.Name, o.Key.Name) - view.Start)))];
        long replicas = pods.Count + made.Count;
        long ready = staying.Count(p => p.IsReady && p.Phase == "Running");
        long updated = staying.Count(p => RevisionOf(p) == view.UpdateRevision) + made.Count(r => r == view.UpdateRevision);
        long current = staying.Count(p => RevisionOf(p) == view.CurrentRevision) + made.Count(r => r == view.CurrentRevision);
        string currentRevision = view.CurrentRevision;
        if (view.IsRolling && view.Partition == 0 && updated == replicas && ready == replicas && view.Condemned.Count == 0)
        {
            currentRevision = view.UpdateRevision;
            current = updated;
        }

        status["replicas"] = replicas;
        status.Count("readyReplicas", ready);
        status["availableReplicas"] = staying.Count(view.IsAvailable);
        status.Count("currentReplicas", current);
        status.Count("updatedReplicas", updated);
        status["currentRevision"] = currentRevision;
        status["updateRevision"] = view.UpdateRevision;
        status["collisionCount"] = status.Integer("collisionCount") ?? 0;
        status["observedGeneration"] = view.Json.Child("metadata").Integer("generation") ?? 1;
    }
}
