using System.Globalization;
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

namespace Orchestrator.Grains.Apps.DaemonSets;

/// <summary>Keeps one pod on every node that is to have one. Pure.</summary>
internal static class DaemonSetPlan
{
    public static ReconcilePlan Plan(DaemonSetView view)
    {
        DaemonSetSteps steps = view.Stored.IsTerminating ? new DaemonSetSteps([], []) : DaemonSetSteps.Of(view);
        if (steps.Created.Count == 0)
        {
            return Finish(view, steps, AdmittedObjects.None);
        }

        return new ReconcilePlan
        {
            Creations = new NewObjects(
                Resources.Pods, view.Stored.Key.Namespace, ControllerKind.DaemonSet.Component, [.. steps.Created.Select(node => Pod(view, node))]),
            Conclude = admitted => Finish(view, steps, admitted),
        };
    }

    private static JsonObject Pod(DaemonSetView view, string node)
    {
        JsonObject pod = PodTemplate.Pod(ControllerKind.DaemonSet, view.Stored, view.Spec.Child("template"));
        JsonObject labels = pod.Child("metadata")!.ObjectOrNew("labels")!;
        labels[Revision.Label] = view.Hash;
        labels["pod-template-generation"] = Generation(view).ToString(CultureInfo.InvariantCulture);
        DaemonPlacement.Assign(pod.Child("spec")!, node);
        return pod;
    }

    // Kubernetes counts changes of the template in an annotation; here the newest revision's number is that count.
    private static long Generation(DaemonSetView view) => view.History.Present!.Number;

    private static ReconcilePlan Finish(DaemonSetView view, DaemonSetSteps steps, AdmittedObjects admitted)
    {
        ControllerKind kind = ControllerKind.DaemonSet;
        var mutations = new List<Mutation>(view.Claim.Changes);
        var events = new List<ObservedEvent>();
        events.AddRange(admitted.Objects.Select(o => kind.Event(view.Stored, "SuccessfulCreate", $"Created pod: {o.Key.Name}")));
        if (admitted.Refusal is { } refusal)
        {
            events.Add(kind.Event(view.Stored, "FailedCreate", $"Error creating: {refusal}", isWarning: true));
        }

        HashSet<Model.ObjectKey> claimed = [.. mutations.Select(m => m.Key)];
        foreach (PodView pod in steps.Ended.Where(p => !claimed.Contains(p.Stored.Key)))
        {
            if (ObjectDeletion.Delete(pod.Stored, PodDeletion.Instance, null, view.Now) is not { } deletion)
            {
                continue;
            }

            mutations.Add(deletion);
            events.Add(kind.Event(view.Stored, "SuccessfulDelete", $"Deleted pod: {pod.Name}"));
            if (pod.HasEnded)
            {
                events.Add(kind.Event(
                    view.Stored, pod.Phase == "Failed" ? "FailedDaemonPod" : "SucceededDaemonPod",
                    $"Found {pod.Phase.ToLowerInvariant()} daemon pod {pod.Stored.Key.Namespace}/{pod.Name} on node {pod.NodeName}, will try to {(pod.Phase == "Failed" ? "kill" : "delete")} it",
                    isWarning: pod.Phase == "Failed"));
            }
        }

        HashSet<string> live = [.. view.Nodes.SelectMany(n => n.Pods).Select(p => p.Stored.Labels.GetValueOrDefault(Revision.Label, ""))];
        mutations.AddRange(view.History.Truncate(r => live.Contains(r.Hash)));
        var before = (JsonObject)view.Json.ObjectOrNew("status")!.DeepClone();
        WriteStatus(view, steps, admitted);
        bool acts = mutations.Count + admitted.Objects.Count > 0;
        return new ReconcilePlan
        {
            Anchor = acts || !JsonNode.DeepEquals(before, view.Json.Child("status")) ? StoredJson.Replace(view.Stored, view.Json) : null,
            Mutations = mutations,
            Events = events,
            LookAgainAfter = view.Nodes.SelectMany(n => n.Active).Min(p => p.UntilAvailable(view.MinReadySeconds, view.Now)),
        };
    }

    private static void WriteStatus(DaemonSetView view, DaemonSetSteps steps, AdmittedObjects admitted)
    {
        JsonObject status = view.Json.ObjectOrNew("status")!;
        HashSet<string> made = [.. steps.Created.Take(admitted.Objects.Count)];
        long current = 0, misscheduled = 0, ready = 0, available = 0, updated = 0;
        foreach (DaemonNode node in view.Nodes)
        {
            bool isScheduled = node.Pods.Count > 0 || made.Contains(node.Name);
            if (!node.Runs)
            {
                misscheduled += isScheduled ? 1 : 0;
                continue;
            }

            current += isScheduled ? 1 : 0;
            List<PodView> staying = [.. node.Pods.Where(p => !steps.Ended.Contains(p))];
            ready += staying.Exists(p => p.IsReady && !p.IsTerminating) ? 1 : 0;
            available += staying.Exists(view.IsAvailable) ? 1 : 0;
            updated += made.Contains(node.Name) || (staying.Count > 0 && view.IsNew(staying[^1])) ? 1 : 0;
        }

        status["currentNumberScheduled"] = current;
        status["numberMisscheduled"] = misscheduled;
        status["desiredNumberScheduled"] = view.Desired;
        status["numberReady"] = ready;
        status.Count("updatedNumberScheduled", updated);
        status.Count("numberAvailable", available);
        status.Count("numberUnavailable", view.Desired - available);
        status["observedGeneration"] = view.Json.Child("metadata").Integer("generation") ?? 1;
    }
}
