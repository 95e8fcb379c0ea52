using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>What a VirtualMachine says of itself: KubeVirt's conditions and its one word for users.</summary>
internal static class VirtualMachineStatus
{
    /// <param name="view">The VirtualMachine.</param>
    /// <param name="step">What is being done.</param>
    /// <param name="isCreated">Its instance is made by this very write.</param>
    public static void Write(VirtualMachineView view, PowerStep step, bool isCreated)
    {
        bool exists = view.Instance is not null || isCreated;
        JsonObject? ready = Condition(view.InstanceJson, "Ready");
        view.Status["created"] = exists;
        view.Status["ready"] = ready.Text("status") == "True";
        long generation = view.Json.Child("metadata").Integer("generation") ?? 0;
        view.Status["observedGeneration"] = generation;
        view.Status["desiredGeneration"] = generation;
        Set(view, "Ready", ready.Text("status") ?? "False", exists ? ready.Text("reason") ?? "GuestNotRunning" : "VMINotExists", exists ? ready.Text("message") ?? "" : "VMI does not exist");
        foreach (string type in (ReadOnlySpan<string>)["Paused", "AgentConnected", "LiveMigratable"])
        {
            Copy(view, type);
        }

        if (isCreated)
        {
            VirtualMachinePlan.Remove(view, "Failure");
        }

        ShowRestartRequired(view);
        view.Status["printableStatus"] = Printable(view, step, isCreated);
    }

    private static string Printable(VirtualMachineView view, PowerStep step, bool isCreated)
    {
        string? phase = view.InstancePhase;
        JsonObject? unsynchronized = Condition(view.InstanceJson, "Synchronized");
        return view switch
        {
            { Stored.IsTerminating: true } => "Terminating",
            _ when isCreated => "Starting",
            { Instance: not null, IsInstanceFinal: false } when view.IsInstanceEnding || step == PowerStep.Stop => "Stopping",
            _ when Condition(view.InstanceJson, "Paused").Text("status") == "True" => "Paused",
            _ when phase == InstancePhases.Running => "Running",
            _ when Condition(view.InstanceJson, "PodScheduled").Text("reason") == "Unschedulable" => "ErrorUnschedulable",
            _ when unsynchronized.Text("reason") is "ErrImagePull" or "ImagePullBackOff" => unsynchronized.Text("reason")!,
            _ when unsynchronized.Text("reason") is "FailedPvcNotFound" => "ErrorPvcNotFound",
            { Instance: not null, IsInstanceFinal: false } => "Starting",
            _ when view.Status["startFailure"] is not null && view.Strategy is RunStrategies.Always or RunStrategies.RerunOnFailure or RunStrategies.Once => "CrashLoopBackOff",
            _ when step == PowerStep.Start => "Provisioning",
            _ => "Stopped",
        };
    }

    /// <summary>The running instance was made of another template than there is now.</summary>
    private static void ShowRestartRequired(VirtualMachineView view)
    {
        string? made = view.InstanceJson.Child("metadata", "annotations").Text(VirtualMachinePlan.TemplateAnnotation);
        if (made is not null && !view.IsInstanceFinal && made != TemplateHash.Of(view.Json.Child("spec", "template")?["spec"]))
        {
            Set(view, "RestartRequired", "True", "RestartRequired", "a non-live-updatable field was changed in the template spec");
        }
        else
        {
            VirtualMachinePlan.Remove(view, "RestartRequired");
        }
    }

    private static void Copy(VirtualMachineView view, string type)
    {
        if (Condition(view.InstanceJson, type) is { } condition)
        {
            Set(view, type, condition.Text("status") ?? "Unknown", condition.Text("reason") ?? "", condition.Text("message") ?? "");
        }
        else
        {
            VirtualMachinePlan.Remove(view, type);
        }
    }

    private static void Set(VirtualMachineView view, string type, string status, string reason, string message) =>
        StoredJson.SetCondition(view.Json, new ConditionValue(type, status, reason, message), view.Now);

    private static JsonObject? Condition(JsonObject? obj, string type) =>
        obj.Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type);
}
