using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.VirtualMachines;

/// <summary>When a VirtualMachine has an instance.</summary>
public static class RunStrategies
{
    public const string Always = "Always";
    public const string RerunOnFailure = "RerunOnFailure";
    public const string Manual = "Manual";
    public const string Halted = "Halted";
    public const string Once = "Once";

    /// <summary>Actions of <c>status.stateChangeRequests</c>.</summary>
    public const string Start = "Start";
    public const string Stop = "Stop";

    /// <summary>Of a VirtualMachine, from either of its two fields.</summary>
    public static string Of(JsonObject? virtualMachine)
    {
        JsonObject? spec = virtualMachine.Child("spec");
        return spec.Text("runStrategy") ?? (spec.Flag("running") == true ? Always : Halted);
    }

    /// <summary>Makes it one that runs, or one that does not, in the field that it uses.</summary>
    public static void Set(JsonObject virtualMachine, bool isRunning)
    {
        JsonObject spec = virtualMachine.ObjectOrNew("spec")!;
        if (spec["running"] is not null)
        {
            spec["running"] = isRunning;
        }
        else
        {
            spec["runStrategy"] = isRunning ? Always : Halted;
        }
    }
}
