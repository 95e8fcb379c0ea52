using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Apps;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Batch;

/// <summary>Jobs: Kubernetes' defaults and validation (<c>pkg/apis/batch/validation</c>, ValidateJob and ValidateJobUpdate).</summary>
internal sealed class JobRules : IKindRules
{
    public void Default(JsonObject obj)
    {
        JsonObject? spec = obj.ObjectOrNew("spec");
        JobDefaults.ApplySpec(spec);
        if (obj.ObjectOrNew("metadata") is { } metadata && metadata["labels"].IsUnset() && spec.Child("template").Child("metadata", "labels") is { Count: > 0 } labels)
        {
            metadata["labels"] = labels.DeepClone();
        }

        obj.ObjectOrNew("status");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (obj.Child("spec") is not { } spec)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        ValidateName(obj, spec, old, errors);
        ValidateSelector(spec, errors);
        JobSpecRules.Validate(spec, "spec", errors);
        if (old.Child("spec") is { } oldSpec)
        {
            JobUpdateRules.Validate(spec, oldSpec, old.Child("status"), errors);
        }
    }

    public void Warn(JsonObject obj, ICollection<string> warnings) => PodTemplateRules.Warn(obj.Child("spec", "template"), "spec.template", warnings);

    // The pods of an indexed job are named JOB-INDEX, which is their host name too; all have the job's name as a label.
    private static void ValidateName(JsonObject obj, JsonObject spec, JsonObject? old, ICollection<FieldError> errors)
    {
        string name = obj.Child("metadata").Text("name") ?? "";
        if (old is not null || name.Length == 0)
        {
            return;
        }

        if (spec.Text("completionMode") == "Indexed" && spec.Integer("completions") is { } completions and > 0 && NameRules.DnsLabel($"{name}-{completions - 1}") is { } fault)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, "will not able to create pod with invalid DNS label: " + $"{name}-{completions - 1}: {fault}"));
        }
        else if (NameRules.LabelValue(name) is { } labelFault)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, labelFault));
        }
    }

    private static void ValidateSelector(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Child("selector") is not { } selector)
        {
            errors.Add(FieldError.Required("spec.selector"));
            return;
        }

        LabelSelectorRules.Validate(selector, "spec.selector", errors);
        JsonObject? labels = spec.Child("template").Child("metadata", "labels");
        Dictionary<string, string> texts = (labels ?? []).ToDictionary(l => l.Key, l => l.Value.AsText() ?? "", StringComparer.Ordinal);
        if (SelectorObject.Read(selector) is { } read && !read.Matches(texts))
        {
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`"));
        }
    }
}
