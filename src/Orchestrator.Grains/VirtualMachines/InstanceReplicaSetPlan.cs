using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>What a replica set's plan is made from.</summary>
/// <param name="Stored">The replica set.</param>
/// <param name="Json">The same as a tree, which the plan alters.</param>
/// <param name="Instances">Instances that it controls.</param>
/// <param name="MayCreate">False while a refusal is waited out.</param>
internal sealed record InstanceReplicaSetView(StoredObject Stored, JsonObject Json, IReadOnlyList<StoredObject> Instances, bool MayCreate, DateTimeOffset Now)
{
    public JsonObject Spec { get; } = Json.ObjectOrNew("spec")!;

    public JsonObject Status { get; } = Json.ObjectOrNew("status")!;
}

/// <summary>As many machines as wanted: those that have ended are cleared away and made up for. Made in one transaction with the status that counts them. Pure.</summary>
internal static class InstanceReplicaSetPlan
{
    private const int StepSize = 100;

    public static ReconcilePlan Plan(InstanceReplicaSetView view)
    {
        var known = view.Instances.Where(i => !i.IsTerminating).Select(i => (Stored: i, Json: StoredJson.Read(i))).ToList();
        List<StoredObject> ended = [.. known.Where(i => InstancePhases.IsFinal(i.Json.Child("status").Text("phase"))).Select(i => i.Stored)];
        var active = known.Where(i => !ended.Contains(i.Stored)).ToList();
        bool isIdle = view.Stored.IsTerminating || view.Spec.Flag("paused") == true;
        long missing = isIdle ? 0 : (view.Spec.Integer("replicas") ?? 1) - active.Count;
        if (missing > 0 && view.MayCreate)
        {
            return new ReconcilePlan
            {
                Creations = new NewObjects(
                    Resources.VirtualMachineInstances, view.Stored.Key.Namespace, ControllerKind.InstanceReplicaSet.Component,
                    [.. Enumerable.Range(0, (int)Math.Min(missing, StepSize)).Select(_ => Instance(view))]),
                Conclude = admitted => Finish(view, ended, active.Select(i => i.Json), admitted, missing),
            };
        }

        // Those that are not ready go first, then the youngest.
        List<StoredObject> surplus = missing >= 0 ? [] :
            [.. active.OrderBy(i => StoredJson.ConditionStatus(i.Json, "Ready") == "True").ThenByDescending(i => i.Json.Child("metadata").Time("creationTimestamp")).Take((int)Math.Min(-missing, StepSize)).Select(i => i.Stored)];
        return Finish(view, isIdle ? [] : [.. ended, .. surplus], active.Where(i => !surplus.Contains(i.Stored)).Select(i => i.Json), AdmittedObjects.None, missing);
    }

    private static ReconcilePlan Finish(InstanceReplicaSetView view, List<StoredObject> gone, IEnumerable<JsonObject> active, AdmittedObjects admitted, long missing)
    {
        JsonNode before = view.Status.DeepClone();
        var kept = active.ToList();
        ControllerKind kind = ControllerKind.InstanceReplicaSet;
        List<Mutation> mutations = [.. gone.Select(i => ObjectDeletion.Delete(i, ImmediateDeletion.Instance, null, view.Now, Propagation.Background)).OfType<Mutation>()];
        List<ObservedEvent> events =
        [
            .. admitted.Objects.Select(o => kind.Event(view.Stored, "SuccessfulCreate", $"Started the virtual machine by creating the new virtual machine instance {o.Key.Name}")),
            .. gone.Select(i => kind.Event(view.Stored, "SuccessfulDelete", $"Stopped the virtual machine by deleting the virtual machine instance {i.Key.Name}")),
        ];
        view.Status["replicas"] = kept.Count + admitted.Objects.Count;
        view.Status["readyReplicas"] = kept.Count(i => StoredJson.ConditionStatus(i, "Ready") == "True");
        view.Status["labelSelector"] = SelectorText.Of(view.Spec.Child("selector"));
        if (admitted.Refusal is { } refusal)
        {
            events.Add(kind.Event(view.Stored, "FailedCreate", $"Error creating virtual machine instance: {refusal}", isWarning: true));
            StoredJson.SetCondition(view.Json, new ConditionValue("ReplicaFailure", "True", "FailedCreate", refusal), view.Now);
        }
        else if (missing <= 0 || admitted.Objects.Count > 0)
        {
            Remove(view, "ReplicaFailure");
        }

        if (view.Spec.Flag("paused") == true)
        {
            StoredJson.SetCondition(view.Json, new ConditionValue("ReplicaPaused", "True", "Paused", "Controller got paused"), view.Now);
        }
        else
        {
            Remove(view, "ReplicaPaused");
        }

        bool acts = mutations.Count > 0 || admitted.Objects.Count > 0 || !JsonNode.DeepEquals(before, view.Status);
        return new ReconcilePlan { Anchor = acts ? StoredJson.Replace(view.Stored, view.Json) : null, Mutations = mutations, Events = events };
    }

    private static void Remove(InstanceReplicaSetView view, string type)
    {
        if (view.Status.Array("conditions") is { } conditions && view.Status.Items("conditions").FirstOrDefault(c => c.Item.Text("type") == type).Item is { } found)
        {
            conditions.Remove(found);
        }
    }

    private static JsonObject Instance(InstanceReplicaSetView view)
    {
        JsonObject? template = view.Spec.Child("template");
        var metadata = new JsonObject { ["generateName"] = view.Stored.Key.Name + "-" };
        foreach (string member in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (template.Child("metadata")?[member] is { } value)
            {
                metadata[member] = value.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(ControllerKind.InstanceReplicaSet.Reference(view.Stored));
        return new JsonObject { ["apiVersion"] = "kubevirt.io/v1", ["kind"] = "VirtualMachineInstance", ["metadata"] = metadata, ["spec"] = template?["spec"]?.DeepClone() };
    }
}
