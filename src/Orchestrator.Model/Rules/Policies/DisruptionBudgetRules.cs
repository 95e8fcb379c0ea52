using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Policies;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Policies;

/// <summary>PodDisruptionBudgets say either what must stay or what may go, as a number or a share.</summary>
internal sealed class DisruptionBudgetRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        obj.ObjectOrNew("spec");
        if (obj.ObjectOrNew("status") is not { } status)
        {
            return;
        }

        // Until it has been looked at nothing may be evicted under it.
        foreach (string count in (ReadOnlySpan<string>)["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"])
        {
            status.Default(count, 0);
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
        {
            errors.Add(FieldError.Invalid("spec", "", "minAvailable and maxUnavailable cannot be both set"));
        }

        foreach (string member in (ReadOnlySpan<string>)["minAvailable", "maxUnavailable"])
        {
            if (spec?[member] is { } value && ScaledNumber.Fault(value) is { } fault)
            {
                errors.Add(FieldError.Invalid($"spec.{member}", value.AsScalarText(), fault));
            }
        }

        SelectorObject.Validate(spec.Child("selector"), "spec.selector", errors);
        errors.CheckOneOf("spec.unhealthyPodEvictionPolicy", spec.Text("unhealthyPodEvictionPolicy"), "AlwaysAllow", "IfHealthyBudget");
    }
}
