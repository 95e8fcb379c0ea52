using System.Text.Json.Nodes;
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

/// <summary>What a VirtualMachine's run strategy asks of its instance now.</summary>
internal enum PowerStep
{
    Nothing,
    Start,

    /// <summary>The instance ends; whether there is another one is decided when it is gone.</summary>
    Stop,
}

/// <summary>
/// Gives a VirtualMachine an instance, or takes it away, as its run strategy says (KubeVirt's <c>syncRunStrategy</c>). The instance is made in the same
/// transaction as the status that says so, so that there are never two. Pure.
/// </summary>
internal static class VirtualMachinePlan
{
    /// <summary>Annotation of an instance: the template that it was made of, so that a change of it shows.</summary>
    public const string TemplateAnnotation = "orchestrator.dev/template-hash";

    private const int FirstDelaySeconds = 10;
    private const int LongestDelaySeconds = 300;

    public static ReconcilePlan Plan(VirtualMachineView view)
    {
        JsonNode before = view.Json.DeepClone();
        TrimRequests(view);
        CountFailures(view);
        if (view.Stored.IsTerminating)
        {
            return Finish(view, before, PowerStep.Nothing);
        }

        PowerStep step = Decide(view);
        return step == PowerStep.Start && view.InstanceJson is null ? Start(view, before) : Finish(view, before, step);
    }

    /// <summary>What the strategy asks for. A start that has to wait is asked for nevertheless.</summary>
    internal static PowerStep Decide(VirtualMachineView view)
    {
        bool exists = view.Instance is not null;
        bool hasStrategyChanged = view.Status.Text("runStrategy") != view.Strategy;
        return view.Strategy switch
        {
            RunStrategies.Always when exists => view.IsStopAsked || view.IsInstanceFinal ? PowerStep.Stop : PowerStep.Nothing,
            RunStrategies.Always => PowerStep.Start,
            RunStrategies.RerunOnFailure when exists => view.IsStopAsked || view.IsInstanceFinal ? PowerStep.Stop : PowerStep.Nothing,
            RunStrategies.RerunOnFailure => view.IsStartAsked || hasStrategyChanged ? PowerStep.Start : PowerStep.Nothing,
            RunStrategies.Manual when exists => view.IsStopAsked ? PowerStep.Stop : PowerStep.Nothing,
            RunStrategies.Manual => view.IsStartAsked ? PowerStep.Start : PowerStep.Nothing,
            RunStrategies.Once => exists ? PowerStep.Nothing : PowerStep.Start,
            _ => exists ? PowerStep.Stop : view.IsStartAsked ? PowerStep.Start : PowerStep.Nothing,
        };
    }

    private static ReconcilePlan Start(VirtualMachineView view, JsonNode before)
    {
        TimeSpan wait = WaitLeft(view);
        if (wait > TimeSpan.Zero)
        {
            return Finish(view, before, PowerStep.Start) with { LookAgainAfter = wait };
        }

        if (view.IsNameTaken)
        {
            SetFailure(view, "FailedCreate", $"a VirtualMachineInstance {view.Stored.Key.Name} exists that is not of this VirtualMachine");
            return Finish(view, before, PowerStep.Start);
        }

        if (view.Models?.Missing is { } missing)
        {
            SetFailure(view, missing.Reason, missing.Message);
            return Finish(view, before, PowerStep.Start);
        }

        if (!view.MayCreate)
        {
            return Finish(view, before, PowerStep.Start);
        }

        return new ReconcilePlan
        {
            Basis = view.Stored.Revision,
            Creations = new NewObjects(Resources.VirtualMachineInstances, view.Stored.Key.Namespace, ControllerKind.VirtualMachine.Component, [NewInstance.Of(view)]),
            Conclude = admitted => Started(view, before, admitted),
        };
    }

    private static ReconcilePlan Started(VirtualMachineView view, JsonNode before, AdmittedObjects admitted)
    {
        if (admitted.Refusal is { } refusal)
        {
            SetFailure(view, "FailedCreate", refusal);
            return Finish(view, before, PowerStep.Start) with
            {
                Events = [ControllerKind.VirtualMachine.Event(view.Stored, "FailedCreate", $"Error creating virtual machine instance: {refusal}", isWarning: true)],
            };
        }

        if (view.IsStartAsked)
        {
            if (view.Strategy == RunStrategies.Halted)
            {
                // Asked for as "start paused": from now on it runs, as KubeVirt has it.
                RunStrategies.Set(view.Json, isRunning: true);
            }

            view.Status.Array("stateChangeRequests")!.RemoveAt(0);
        }

        view.Status["runStrategy"] = view.Strategy;
        VirtualMachineStatus.Write(view, PowerStep.Start, isCreated: true);
        return new ReconcilePlan
        {
            Anchor = StoredJson.Replace(view.Stored, view.Json),
            Events = [ControllerKind.VirtualMachine.Event(view.Stored, "SuccessfulCreate", $"Started the virtual machine by creating the new virtual machine instance {view.Stored.Key.Name}")],
        };
    }

    private static ReconcilePlan Finish(VirtualMachineView view, JsonNode before, PowerStep step)
    {
        var mutations = new List<Mutation>();
        var events = new List<ObservedEvent>();
        if (step == PowerStep.Stop && !view.IsInstanceEnding
            && ObjectDeletion.Delete(view.Instance!, ImmediateDeletion.Instance, null, view.Now, Propagation.Background) is { } deletion)
        {
            mutations.Add(deletion);
            events.Add(ControllerKind.VirtualMachine.Event(view.Stored, "SuccessfulDelete", $"Stopped the virtual machine by deleting the virtual machine instance {view.Stored.Key.Name}"));
            if (view.Strategy == RunStrategies.RerunOnFailure && view.InstancePhase == InstancePhases.Failed && !view.IsStopAsked)
            {
                AddRequest(view, RunStrategies.Start);
            }
        }

        if (step != PowerStep.Start)
        {
            view.Status["runStrategy"] = view.Strategy;
            Remove(view, "Failure");
        }

        VirtualMachineStatus.Write(view, step, isCreated: false);
        bool acts = mutations.Count > 0 || !JsonNode.DeepEquals(before, view.Json);
        return new ReconcilePlan { Anchor = acts ? StoredJson.Replace(view.Stored, view.Json) : null, Mutations = mutations, Events = events };
    }

    internal static void Remove(VirtualMachineView view, string type)
    {
        if (view.Status.Array("conditions") is { } conditions && view.Status.Items("conditions").FirstOrDefault(c => c.Item.Text("type") == type).Item is { } found)
        {
            conditions.Remove(found);
        }
    }

    private static void SetFailure(VirtualMachineView view, string reason, string message) =>
        StoredJson.SetCondition(view.Json, new ConditionValue("Failure", "True", reason, message), view.Now);

    private static void AddRequest(VirtualMachineView view, string action)
    {
        if (view.Status["stateChangeRequests"] is not JsonArray requests)
        {
            view.Status["stateChangeRequests"] = requests = [];
        }

        requests.Add(new JsonObject { ["action"] = action });
    }

    /// <summary>A stop is done when its instance is gone, a start when there is an instance.</summary>
    private static void TrimRequests(VirtualMachineView view)
    {
        bool isDone = view.Request.Text("action") switch
        {
            RunStrategies.Stop => view.Instance is null || view.Request.Text("uid") != view.Instance.Uid,
            RunStrategies.Start => view.Instance is not null && !view.IsInstanceEnding && !view.IsInstanceFinal,
            _ => false,
        };
        if (isDone)
        {
            view.Status.Array("stateChangeRequests")!.RemoveAt(0);
        }

        if (view.Status.Array("stateChangeRequests") is { Count: 0 })
        {
            view.Status.Remove("stateChangeRequests");
        }
    }

    /// <summary>An instance that failed before it ran counts: each one is waited for longer before the next.</summary>
    private static void CountFailures(VirtualMachineView view)
    {
        JsonObject? status = view.InstanceJson.Child("status");
        if (InstancePhases.HasRun(status) || view.Strategy is RunStrategies.Manual or RunStrategies.Halted)
        {
            view.Status.Remove("startFailure");
            return;
        }

        JsonObject? known = view.Status.Child("startFailure");
        if (view.Instance is null || !view.IsInstanceFinal || known.Text("lastFailedVMIUID") == view.Instance.Uid)
        {
            return;
        }

        long count = (known.Integer("consecutiveFailCount") ?? 0) + 1;
        long delay = Math.Min(LongestDelaySeconds, FirstDelaySeconds * count * count);
        view.Status["startFailure"] = new JsonObject
        {
            ["consecutiveFailCount"] = count,
            ["lastFailedVMIUID"] = view.Instance.Uid,
            ["retryAfterTimestamp"] = Timestamps.Seconds(view.Now.AddSeconds(delay)),
        };
    }

    private static TimeSpan WaitLeft(VirtualMachineView view) =>
        view.Status.Child("startFailure").Time("retryAfterTimestamp") is { } until && until > view.Now ? until - view.Now : TimeSpan.Zero;
}
