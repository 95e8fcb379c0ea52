using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>
/// One pod for one instance, once: a machine that has ended is not started again, and a pod that is gone is not made a second time, so that what its disks
/// hold is never written by two. The instance names its pod in the transaction that makes it. Pure.
/// </summary>
internal static class InstancePlan
{
    private static readonly TimeSpan ClaimInterval = TimeSpan.FromSeconds(5);

    public static ReconcilePlan Plan(InstanceView view)
    {
        JsonNode before = view.Status.DeepClone();
        if (view.Stored.IsTerminating)
        {
            return End(view, before);
        }

        if (view.Pod is null && !view.IsFinal && !view.HadPod)
        {
            return Start(view, before);
        }

        InstanceStatus.Observe(view);
        return new ReconcilePlan { Anchor = Changed(view, before), Events = [.. PhaseEvents(view, before)] };
    }

    private static ReconcilePlan Start(InstanceView view, JsonNode before)
    {
        if (InstanceClaims.Missing(view) is { } claim)
        {
            InstanceStatus.Set(view, "Synchronized", "False", "FailedPvcNotFound", $"PVC {view.Stored.Key.Namespace}/{claim} does not exist, waiting for it to appear");
            return new ReconcilePlan { Anchor = Changed(view, before), LookAgainAfter = ClaimInterval };
        }

        if (!view.MayCreate)
        {
            return ReconcilePlan.Nothing;
        }

        var instance = KubernetesJson.Deserialize<V1VirtualMachineInstance>(view.Json.ToJsonString());
        return new ReconcilePlan
        {
            Basis = view.Stored.Revision,
            Creations = new NewObjects(Resources.Pods, view.Stored.Key.Namespace, ControllerKind.VirtualMachineInstance.Component, [InstancePod.Of(view.Stored, instance)]),
            Conclude = admitted => Started(view, before, instance, admitted),
        };
    }

    private static ReconcilePlan Started(InstanceView view, JsonNode before, V1VirtualMachineInstance instance, AdmittedObjects admitted)
    {
        if (admitted.Refusal is { } refusal)
        {
            InstanceStatus.Set(view, "Synchronized", "False", "FailedCreate", refusal);
            return new ReconcilePlan
            {
                Anchor = Changed(view, before),
                Events = [ControllerKind.VirtualMachineInstance.Event(view.Stored, "FailedCreate", $"Error creating pod: {refusal}", isWarning: true)],
            };
        }

        CreateObject pod = admitted.Objects[0];
        InstanceStatus.Describe(view, instance);
        InstanceClaims.Describe(view);
        InstanceStatus.Remove(view, "Synchronized");
        view.Status["activePods"] = new JsonObject { [pod.Uid] = "" };
        InstanceStatus.Enter(view, InstancePhases.Scheduling);
        InstanceStatus.Set(view, "Ready", "False", "GuestNotRunning", "Guest VM is not reported as running");
        AddFinalizer(view.Json);
        return new ReconcilePlan
        {
            Anchor = StoredJson.Replace(view.Stored, view.Json),
            Events = [ControllerKind.VirtualMachineInstance.Event(view.Stored, "SuccessfulCreate", $"Created virtual machine pod {pod.Key.Name}")],
        };
    }

    /// <summary>The pod ends first, with the grace that the instance gives its guest.</summary>
    private static ReconcilePlan End(InstanceView view, JsonNode before)
    {
        if (view.Pods.Count == 0)
        {
            return Finalizers.Of(view.Stored).Contains(VirtualMachineNames.Finalizer)
                ? new ReconcilePlan { Mutations = [Finalizers.Remove(view.Stored, VirtualMachineNames.Finalizer, ImmediateDeletion.Instance)] }
                : ReconcilePlan.Nothing;
        }

        long grace = view.Json.Child("spec").Integer("terminationGracePeriodSeconds") ?? VirtualMachineNames.DefaultGraceSeconds;
        var deletions = new List<Mutation>();
        var events = new List<ObservedEvent>();
        foreach (StoredObject pod in view.Pods)
        {
            // Also one that is going: a stop that is asked for again with less grace has it end sooner.
            if (ObjectDeletion.Delete(pod, PodDeletion.Instance, grace, view.Now) is { } deletion)
            {
                deletions.Add(deletion);
                if (!pod.IsTerminating)
                {
                    events.Add(ControllerKind.VirtualMachineInstance.Event(view.Stored, "SuccessfulDelete", $"Deleted virtual machine pod {pod.Key.Name}"));
                }
            }
        }

        InstanceStatus.Observe(view);
        return new ReconcilePlan { Anchor = Changed(view, before), Mutations = deletions, Events = [.. events, .. PhaseEvents(view, before)] };
    }

    private static UpdateObject? Changed(InstanceView view, JsonNode before) =>
        JsonNode.DeepEquals(before, view.Status) ? null : StoredJson.Replace(view.Stored, view.Json);

    private static IEnumerable<ObservedEvent> PhaseEvents(InstanceView view, JsonNode before)
    {
        string? was = (before as JsonObject).Text("phase");
        if (was == view.Phase)
        {
            yield break;
        }

        (string Reason, string Message, bool IsWarning)? said = view.Phase switch
        {
            InstancePhases.Running => ("Started", "VirtualMachineInstance started.", false),
            InstancePhases.Succeeded => ("Stopped", "The VirtualMachineInstance was shut down.", false),
            InstancePhases.Failed => ("Stopped", $"The VirtualMachineInstance ended in failure: {view.Status.Text("reason")}", true),
            _ => null,
        };
        if (said is { } one)
        {
            yield return ControllerKind.VirtualMachineInstance.Event(view.Stored, one.Reason, one.Message, one.IsWarning);
        }
    }

    private static void AddFinalizer(JsonObject instance)
    {
        JsonObject metadata = instance.ObjectOrNew("metadata")!;
        if (!metadata.Texts("finalizers").Contains(VirtualMachineNames.Finalizer))
        {
            if (metadata["finalizers"] is not JsonArray finalizers)
            {
                metadata["finalizers"] = finalizers = [];
            }

            finalizers.Add(VirtualMachineNames.Finalizer);
        }
    }
}
