using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>What a VirtualMachine's plan is made from.</summary>
/// <param name="Stored">The VirtualMachine.</param>
/// <param name="Json">The same as a tree, which the plan alters.</param>
/// <param name="Instance">Its instance; null where there is none.</param>
/// <param name="IsNameTaken">An instance of the name is there that is not its own.</param>
/// <param name="MayCreate">False while a refusal is waited out.</param>
/// <param name="Models">The instance type and the preference that it names; null where it names none.</param>
internal sealed record VirtualMachineView(StoredObject Stored, JsonObject Json, StoredObject? Instance, bool IsNameTaken, bool MayCreate, DateTimeOffset Now, MachineModels? Models = null)
{
    public JsonObject Status { get; } = Json.ObjectOrNew("status")!;

    public JsonObject? InstanceJson { get; } = Instance is null ? null : StoredJson.Read(Instance);

    public string Strategy => RunStrategies.Of(Json);

    public string? InstancePhase => InstanceJson is null ? null : InstanceJson.Child("status").Text("phase") ?? InstancePhases.Pending;

    public bool IsInstanceFinal => InstancePhases.IsFinal(InstancePhase);

    public bool IsInstanceEnding => Instance is { IsTerminating: true };

    /// <summary>The oldest of what start, stop and restart asked for and is not done yet.</summary>
    public JsonObject? Request => Status.Items("stateChangeRequests").Select(r => r.Item).FirstOrDefault();

    public bool IsStartAsked => Request.Text("action") == RunStrategies.Start;

    public bool IsStopAsked => Instance is not null && Request.Text("action") == RunStrategies.Stop && Request.Text("uid") == Instance.Uid;
}
