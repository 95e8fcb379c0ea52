using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Apps;

/// <summary>DaemonSets.</summary>
internal sealed class DaemonSetRules() : WorkloadRules("DaemonSet")
{
    private const int RevisionHistoryLimit = 10;

    protected override IReadOnlyList<string> CountsFromTheStart =>
        ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"];

    protected override void DefaultSpec(JsonObject spec, JsonObject obj)
    {
        spec.Default("revisionHistoryLimit", RevisionHistoryLimit);
        if (spec.ObjectOrNew("updateStrategy") is not { } strategy)
        {
            return;
        }

        strategy.DefaultIfEmpty("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate" && strategy.ObjectOrNew("rollingUpdate") is { } rolling)
        {
            rolling.Default("maxUnavailable", 1);
            rolling.Default("maxSurge", 0);
        }
    }

    protected override void ValidateSpec(JsonObject spec, ICollection<FieldError> errors)
    {
        const string path = "spec.updateStrategy.rollingUpdate";
        JsonObject? strategy = spec.Child("updateStrategy");
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                break;
            case "RollingUpdate":
                JsonObject? rolling = strategy.Child("rollingUpdate");
                bool mayMiss = ValidateScaled(rolling, "maxUnavailable", path, errors);
                bool maySurge = ValidateScaled(rolling, "maxSurge", path, errors);
                if (mayMiss && maySurge)
                {
                    errors.Add(FieldError.Invalid($"{path}.maxSurge", rolling?["maxSurge"], "may not be set when maxUnavailable is non-zero"));
                }
                else if (!mayMiss && !maySurge)
                {
                    errors.Add(FieldError.Required($"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0"));
                }

                break;
            case var other:
                errors.Add(FieldError.NotSupported("spec.updateStrategy.type", other ?? "", "RollingUpdate", "OnDelete"));
                break;
        }
    }
}

/// <summary>ControllerRevisions: what is recorded of the past does not change.</summary>
internal sealed class ControllerRevisionRules : Kinds.IKindRules
{
    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        errors.CheckNotNegative("revision", obj.Integer("revision"));
        Immutability.ValidateMember(obj, old, errors, null, "data");
    }
}
