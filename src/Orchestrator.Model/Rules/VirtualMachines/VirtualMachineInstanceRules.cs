using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary><c>kubevirt.io VirtualMachineInstance</c>: what it is made of is settled when it is created.</summary>
internal sealed class VirtualMachineInstanceRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            InstanceDefaults.Apply(spec);
        }

        if (obj.ObjectOrNew("status") is { } status)
        {
            status.DefaultIfEmpty("phase", "Pending");
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (old is null && obj.Child("metadata").Text("name") is { } name && NameRules.DnsLabel(name) is { } fault)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, fault));
        }

        JsonObject? spec = obj.Child("spec");
        DeclaredSupport.Refuse(spec, typeof(V1VirtualMachineInstanceSpec), "spec", errors);
        InstanceSpecRules.Validate(spec, "spec", InstanceContext.Alone, errors);
        if (old is not null && !JsonNode.DeepEquals(spec, old.Child("spec")))
        {
            errors.Add(FieldError.Forbidden("spec", "update of VMI object is restricted: change the VirtualMachine and restart it"));
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => DeclaredSupport.Warn(obj.Child("spec"), typeof(V1VirtualMachineInstanceSpec), "spec", warnings);
}
