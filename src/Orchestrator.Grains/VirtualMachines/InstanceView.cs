using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps.Pods;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>What an instance's plan is made from.</summary>
/// <param name="Stored">The instance.</param>
/// <param name="Json">The same as a tree, which the plan alters.</param>
/// <param name="Pods">Pods that it controls.</param>
/// <param name="MayCreate">False while a refusal is waited out.</param>
internal sealed record InstanceView(StoredObject Stored, JsonObject Json, IReadOnlyList<StoredObject> Pods, bool MayCreate, DateTimeOffset Now)
{
    /// <summary>Claims of its volumes that exist, by name.</summary>
    public IReadOnlyDictionary<string, JsonObject> Claims { get; init; } = new Dictionary<string, JsonObject>(StringComparer.Ordinal);

    public JsonObject Status { get; } = Json.ObjectOrNew("status")!;

    public string Phase => Status.Text("phase") ?? InstancePhases.Pending;

    public bool IsFinal => InstancePhases.IsFinal(Phase);

    /// <summary>The pod that runs the machine, or that has: one that neither is going nor came later comes first.</summary>
    public PodView? Pod { get; } = Pods.Select(PodView.Of).OrderBy(p => p.IsTerminating).ThenBy(p => p.CreatedAt).FirstOrDefault();

    /// <summary>A pod was made for it once, in this transaction or that.</summary>
    public bool HadPod => Status.Child("activePods") is { Count: > 0 };
}

/// <summary>Phases of an instance.</summary>
internal static class InstancePhases
{
    public const string Pending = "Pending";
    public const string Scheduling = "Scheduling";
    public const string Scheduled = "Scheduled";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public static bool IsFinal(string? phase) => phase is Succeeded or Failed;

    /// <summary>Whether it ran at some time.</summary>
    public static bool HasRun(JsonObject? status) => status.Items("phaseTransitionTimestamps").Any(t => t.Item.Text("phase") == Running);
}
