using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Model.Rules.VirtualMachines;

/// <summary><c>kubevirt.io VirtualMachineInstanceReplicaSet</c>: a selector that its template matches, and that stays.</summary>
internal sealed class InstanceReplicaSetRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            spec.Default("replicas", 1);
            if (spec.ObjectOrNew("template") is { } template && template.ObjectOrNew("spec") is { } instance)
            {
                template.ObjectOrNew("metadata");
                InstanceDefaults.ApplyToTemplate(instance);
            }
        }

        obj.ObjectOrNew("status");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? spec = obj.Child("spec");
        DeclaredSupport.Refuse(spec, typeof(V1VmReplicaSetSpec), "spec", errors);
        errors.CheckNotNegative("spec.replicas", spec.Integer("replicas"));
        InstanceSpecRules.Validate(spec.Child("template", "spec"), "spec.template.spec", InstanceContext.Alone, errors);
        LabelSelectorRules.Validate(spec.Child("selector"), "spec.selector", errors);
        LabelSelector? selector = SelectorObject.Read(spec.Child("selector"));
        if (spec.Child("selector") is null)
        {
            errors.Add(FieldError.Required("spec.selector"));
        }
        else if (selector is { IsEverything: true })
        {
            errors.Add(FieldError.Invalid("spec.selector", spec.Child("selector"), "empty selector is not allowed"));
        }
        else if (selector is not null && !selector.Matches(Labels(spec.Child("template", "metadata").Child("labels"))))
        {
            errors.Add(FieldError.Invalid("spec.selector", spec.Child("selector"), "selector does not match labels of the template"));
        }

        if (old is not null && !JsonNode.DeepEquals(spec.Child("selector"), old.Child("spec", "selector")))
        {
            errors.Add(FieldError.Invalid("spec.selector", spec.Child("selector"), "field is immutable"));
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => DeclaredSupport.Warn(obj.Child("spec"), typeof(V1VmReplicaSetSpec), "spec", warnings);

    private static Dictionary<string, string> Labels(JsonObject? labels) =>
        (labels ?? []).Where(l => l.Value.AsText() is not null).ToDictionary(l => l.Key, l => l.Value.AsText()!, StringComparer.Ordinal);
}
