using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>The instance type and the preference that a VirtualMachine names.</summary>
/// <param name="Instancetype">Spec of the instance type; null where none is named, or it is missing.</param>
/// <param name="Preference">Spec of the preference; null where none is named, or it is missing.</param>
/// <param name="Missing">What is named and does not exist: reason and message.</param>
internal sealed record MachineModels(JsonObject? Instancetype, JsonObject? Preference, (string Reason, string Message)? Missing)
{
    /// <summary>Finds them.</summary>
    /// <param name="machine">The VirtualMachine.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="get">Reads what is stored.</param>
    public static MachineModels? Of(JsonObject machine, string ns, Func<ObjectKey, StoredObject?> get)
    {
        JsonObject? spec = machine.Child("spec");
        (JsonObject? instancetype, string? noInstancetype) = Find(spec.Child("instancetype"), "instancetype", ns, get);
        (JsonObject? preference, string? noPreference) = Find(spec.Child("preference"), "preference", ns, get);
        return spec.Child("instancetype") is null && spec.Child("preference") is null ? null : new MachineModels(
            instancetype,
            preference,
            noInstancetype is not null ? ("FailedFindInstancetype", noInstancetype) : noPreference is not null ? ("FailedFindPreference", noPreference) : null);
    }

    private static (JsonObject? Spec, string? Missing) Find(JsonObject? matcher, string what, string ns, Func<ObjectKey, StoredObject?> get)
    {
        if (matcher?.Text("name") is not { } name)
        {
            return (null, null);
        }

        bool isClusterWide = matcher.Text("kind") is not { Length: > 0 } kind || kind.Contains("cluster", StringComparison.OrdinalIgnoreCase);
        string resource = $"virtualmachine{(isClusterWide ? "cluster" : "")}{what}s.{VirtualMachineGroups.Instancetype}";
        return get(new ObjectKey(resource, isClusterWide ? "" : ns, name)) is { } found
            ? (StoredJson.Read(found).Child("spec") ?? [], null)
            : (null, $"{resource} \"{name}\" not found");
    }
}
