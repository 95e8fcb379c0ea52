using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>
/// <c>scheduling.k8s.io PodGroup</c>: exactly one policy, chosen for good; of a gang the least number may change. What the scheduler does not carry out is
/// refused by name.
/// </summary>
internal sealed class PodGroupRules : IKindRules
{
    private static readonly string[] Unsupported =
        ["disruptionMode", "parentCompositePodGroupName", "preemptionPolicy", "priority", "priorityClassName", "resourceClaims", "schedulingConstraints"];

    public void Default(JsonObject obj) => obj.ObjectOrNew("spec");

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        const string path = "spec.schedulingPolicy";
        JsonObject? spec = obj.Child("spec");
        foreach (string field in Unsupported)
        {
            if (spec is not null && !spec[field].IsUnset())
            {
                errors.Add(FieldError.Forbidden($"spec.{field}", "is not supported yet"));
            }
        }

        JsonObject? policy = spec.Child("schedulingPolicy");
        bool isBasic = policy?["basic"] is JsonObject;
        bool isGang = policy?["gang"] is JsonObject;
        if (isBasic == isGang)
        {
            errors.Add(isBasic
                ? FieldError.Invalid(path, "basic, gang", "must have exactly one policy")
                : FieldError.Required(path, "must have exactly one policy: basic or gang"));
        }

        if (isGang && policy.Child("gang").Integer("minCount") is not (> 0 and <= int.MaxValue))
        {
            errors.Add(policy.Child("gang")?["minCount"] is { } given
                ? FieldError.Invalid($"{path}.gang.minCount", given.AsScalarText(), "must be greater than zero")
                : FieldError.Required($"{path}.gang.minCount"));
        }

        if (old is not null && isGang != (old.Child("spec", "schedulingPolicy")?["gang"] is JsonObject))
        {
            errors.Add(FieldError.Invalid(path, isGang ? "gang" : "basic", "field is immutable"));
        }

        Immutability.ValidateMember(obj, old, errors, "spec", "workloadRef");
    }
}
