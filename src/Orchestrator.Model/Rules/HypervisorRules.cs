using System.Text.Json.Nodes;
using Orchestrator.Model.Hypervisors;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>What a hypervisor is does not change while it exists; its name says whose it is.</summary>
internal sealed class HypervisorRules : IKindRules
{
    public void Default(JsonObject obj) => obj.ObjectOrNew("spec")?.DefaultIfEmpty("type", "None");

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        errors.CheckRequired("spec.nodeName", spec.Text("nodeName"), NameRules.DnsSubdomain);
        errors.CheckRequired("spec.technology", spec.Text("technology"), NameRules.DnsLabel);
        errors.CheckRequired("spec.class", spec.Text("class"), _ => null);
        errors.CheckOneOf(
            "spec.class",
            spec.Text("class"),
            VirtualizationClasses.Full,
            VirtualizationClasses.Paravirtual,
            VirtualizationClasses.HardwareAssisted,
            VirtualizationClasses.OSLevel);
        errors.CheckOneOf("spec.type", spec.Text("type"), "Type1", "Type2", "None");
        string expected = $"{spec.Text("nodeName")}-{spec.Text("technology")}";
        if (obj.Child("metadata").Text("name") is { } name && name != expected)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"must be spec.nodeName and spec.technology joined by '-': {expected}"));
        }

        foreach (string member in (ReadOnlySpan<string>)["nodeName", "technology", "class", "type"])
        {
            Immutability.ValidateMember(obj, old, errors, "spec", member);
        }

        if (spec?["vcpusPerCpu"] is { } ratio && !(Quantity.TryParse(ratio.AsScalarText(), out Quantity quantity) && quantity.Sign > 0))
        {
            errors.Add(FieldError.Invalid("spec.vcpusPerCpu", ratio.AsScalarText(), "must be a quantity greater than 0, such as 4 or \"1.5\""));
        }

        errors.CheckNotNegative("spec.maxWorkloads", spec.Integer("maxWorkloads"));
        ResourceRules.ValidateList(obj.Child("status", "capacity"), "status.capacity", errors);
        errors.CheckNotNegative("status.workloads", obj.Child("status").Integer("workloads"));
    }
}
