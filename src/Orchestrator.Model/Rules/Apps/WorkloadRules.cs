using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Policies;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Apps;

/// <summary>What the kinds of <c>apps/v1</c> that keep pods running have in common: a selector that never changes, a template that it matches, counts.</summary>
internal abstract class WorkloadRules(string kind) : IKindRules
{
    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            DefaultSpec(spec, obj);
            PodTemplateRules.Default(spec);
        }

        if (obj.ObjectOrNew("status") is { } status)
        {
            foreach (string count in CountsFromTheStart)
            {
                status.Default(count, 0);
            }
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        if (spec is null)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        foreach (string count in (ReadOnlySpan<string>)["replicas", "minReadySeconds", "revisionHistoryLimit"])
        {
            errors.CheckNotNegative($"spec.{count}", spec.Integer(count));
        }

        PodTemplateRules.ValidateKeptRunning(spec, Selector(spec, errors), kind, errors);
        ValidateSpec(spec, errors);
        if (old is not null)
        {
            ValidateUpdate(obj, old, errors);
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => PodTemplateRules.Warn(obj.Child("spec", "template"), "spec.template", warnings);

    /// <summary>Counts of the status that are written though they are zero.</summary>
    protected virtual IReadOnlyList<string> CountsFromTheStart => [];

    protected abstract void DefaultSpec(JsonObject spec, JsonObject obj);

    protected virtual void ValidateSpec(JsonObject spec, ICollection<FieldError> errors)
    {
    }

    protected virtual void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) =>
        Immutability.ValidateMember(obj, old, errors, "spec", "selector");

    /// <summary>The selector, where it is a valid one.</summary>
    protected virtual LabelSelector? Selector(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Child("selector") is not { } selector)
        {
            errors.Add(FieldError.Required("spec.selector"));
            return null;
        }

        int before = errors.Count;
        LabelSelectorRules.Validate(selector, "spec.selector", errors);
        if (selector["matchLabels"].IsUnset() && selector["matchExpressions"].IsUnset())
        {
            errors.Add(FieldError.Invalid("spec.selector", selector, $"empty selector is invalid for {kind.ToLowerInvariant()}"));
        }

        return errors.Count == before ? SelectorObject.Read(selector) : null;
    }

    /// <summary>How many may be missing, or too many, during a roll-out: a number or a share.</summary>
    /// <returns>Whether it is there and not zero.</returns>
    protected static bool ValidateScaled(JsonObject? owner, string member, string path, ICollection<FieldError> errors, bool mayExceed = false)
    {
        if (owner?[member] is not { } value)
        {
            return false;
        }

        if (ScaledNumber.Fault(value, mayExceed) is { } fault)
        {
            errors.Add(FieldError.Invalid($"{path}.{member}", value, fault));
        }

        return ScaledNumber.Of(value, 100) != 0;
    }
}
