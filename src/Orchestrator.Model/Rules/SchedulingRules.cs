using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>The handler is a DNS label and does not change: pods that run were isolated by it.</summary>
internal sealed class RuntimeClassRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        foreach ((JsonObject toleration, _) in obj.Child("scheduling").Items("tolerations"))
        {
            TolerationRules.Default(toleration);
        }

        ResourceRules.Canonicalize(obj.Child("overhead", "podFixed"));
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        errors.CheckRequired("handler", obj.Text("handler"), NameRules.DnsLabel);
        Immutability.ValidateMember(obj, old, errors, null, "handler");
        ResourceRules.ValidateList(obj.Child("overhead", "podFixed"), "overhead.podFixed", errors);
        SelectorRules.ValidateMap(obj.Child("scheduling", "nodeSelector"), "scheduling.nodeSelector", errors);
        TolerationRules.Validate(obj.Child("scheduling"), "scheduling.tolerations", errors);
    }
}

/// <summary>Values of user classes stay below those of the system's; value and policy do not change.</summary>
internal sealed class PriorityClassRules : IKindRules
{
    private const long HighestUserValue = 1_000_000_000;
    private const string SystemPrefix = "system-";

    public void Default(JsonObject obj)
    {
        obj.DefaultIfEmpty("preemptionPolicy", "PreemptLowerPriority");
        obj.Default("value", 0);
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        string name = obj.Child("metadata").Text("name") ?? "";
        bool system = WellKnown.SystemPriorityClasses.TryGetValue(name, out int systemValue);
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal) && !(system && obj.Integer("value") == systemValue))
        {
            errors.Add(FieldError.Forbidden("metadata.name", $"priority class names with '{SystemPrefix}' prefix are reserved for system use only"));
        }
        else if (!system && obj.Integer("value") > HighestUserValue)
        {
            errors.Add(FieldError.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestUserValue}"));
        }

        if (obj.Integer("value") is not (>= int.MinValue and <= int.MaxValue))
        {
            errors.Add(FieldError.TypeInvalid("value", obj["value"].AsScalarText(), "must be a 32-bit integer"));
        }

        errors.CheckOneOf("preemptionPolicy", obj.Text("preemptionPolicy"), "PreemptLowerPriority", "Never");
        Immutability.ValidateMember(obj, old, errors, null, "value");
        Immutability.ValidateMember(obj, old, errors, null, "preemptionPolicy");
    }
}

/// <summary>Durations are positive, transitions are counted upwards.</summary>
internal sealed class LeaseRules : IKindRules
{
    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        if (spec.Integer("leaseDurationSeconds") is { } seconds and <= 0)
        {
            errors.Add(FieldError.Invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
        }

        errors.CheckNotNegative("spec.leaseTransitions", spec.Integer("leaseTransitions"));
        if (spec?["renewTime"] is { } renewed && spec.Time("renewTime") is null)
        {
            errors.Add(FieldError.TypeInvalid("spec.renewTime", renewed.AsScalarText(), "must be a time in RFC 3339 format"));
        }
    }
}
