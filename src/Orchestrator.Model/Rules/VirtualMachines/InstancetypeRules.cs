using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary><c>instancetype.kubevirt.io</c> VirtualMachineInstancetype and its cluster-wide twin: processors and memory are settled when it is made.</summary>
internal sealed class InstancetypeRules : IKindRules
{
    public void Default(JsonObject obj) => obj.ObjectOrNew("spec");

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        DeclaredSupport.Refuse(spec, typeof(V1VmInstancetypeSpec), "spec", errors);
        if (spec.Child("cpu")?["guest"] is not { } processors)
        {
            errors.Add(FieldError.Required("spec.cpu.guest"));
        }
        else if (processors.AsInteger() is not >= 1)
        {
            errors.Add(FieldError.Invalid("spec.cpu.guest", processors, "must be at least 1"));
        }

        if (spec.Child("memory")?["guest"] is not { } memory)
        {
            errors.Add(FieldError.Required("spec.memory.guest"));
        }
        else if (!Quantity.TryParse(memory.AsScalarText(), out Quantity size) || size.Sign <= 0)
        {
            errors.Add(FieldError.Invalid("spec.memory.guest", memory.AsScalarText(), "must be a quantity greater than 0"));
        }

        if (spec.Child("memory").Integer("overcommitPercent") is < 0 or > 100)
        {
            errors.Add(FieldError.Invalid("spec.memory.overcommitPercent", spec.Child("memory").Integer("overcommitPercent"), "must be from 0 to 100"));
        }

        if (old is not null && !JsonNode.DeepEquals(spec, old.Child("spec")))
        {
            errors.Add(FieldError.Forbidden("spec", "field is immutable"));
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => DeclaredSupport.Warn(obj.Child("spec"), typeof(V1VmInstancetypeSpec), "spec", warnings);
}

/// <summary><c>instancetype.kubevirt.io</c> VirtualMachinePreference and its cluster-wide twin.</summary>
internal sealed class PreferenceRules : IKindRules
{
    /// <summary>Ways to cut processors, as KubeVirt spells them now and spelled them before.</summary>
    private static readonly string[] Topologies =
        ["sockets", "cores", "threads", "spread", "any", "preferSockets", "preferCores", "preferThreads", "preferSpread", "preferAny"];

    public void Default(JsonObject obj) => obj.ObjectOrNew("spec");

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        DeclaredSupport.Refuse(spec, typeof(V1VmPreferenceSpec), "spec", errors);
        errors.CheckOneOf("spec.cpu.preferredCPUTopology", spec.Child("cpu").Text("preferredCPUTopology"), Topologies);
        errors.CheckOneOf("spec.preferredArchitecture", spec.Text("preferredArchitecture"), "amd64");
        errors.CheckNotNegative("spec.preferredTerminationGracePeriodSeconds", spec.Integer("preferredTerminationGracePeriodSeconds"));
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => DeclaredSupport.Warn(obj.Child("spec"), typeof(V1VmPreferenceSpec), "spec", warnings);
}
