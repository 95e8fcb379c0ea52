using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Apps;

/// <summary>
/// ReplicationControllers of the core group: selectors by equality alone, which may change; selector and labels are those of the template where they
/// are left out.
/// </summary>
internal sealed class ReplicationControllerRules() : WorkloadRules("ReplicationController")
{
    protected override IReadOnlyList<string> CountsFromTheStart => ["replicas"];

    protected override void DefaultSpec(JsonObject spec, JsonObject obj)
    {
        spec.Default("replicas", 1);
        if (spec.Child("template").Child("metadata", "labels") is not { Count: > 0 } labels)
        {
            return;
        }

        if (spec["selector"].IsUnset())
        {
            spec["selector"] = labels.DeepClone();
        }

        if (obj.ObjectOrNew("metadata") is { } metadata && metadata["labels"].IsUnset())
        {
            metadata["labels"] = labels.DeepClone();
        }
    }

    protected override LabelSelector? Selector(JsonObject spec, ICollection<FieldError> errors)
    {
        JsonObject? selector = spec.Child("selector");
        if (selector is not { Count: > 0 })
        {
            errors.Add(FieldError.Required("spec.selector"));
            return null;
        }

        int before = errors.Count;
        SelectorRules.ValidateMap(selector, "spec.selector", errors);
        return errors.Count == before ? SelectorObject.ReadMap(selector) : null;
    }

    protected override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
    }
}
