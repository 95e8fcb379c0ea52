using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Apps;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>PodTemplates: what holds for the templates of workloads holds for one that stands alone.</summary>
internal sealed class PodTemplateKindRules : IKindRules
{
    public void Default(JsonObject obj) => PodTemplateRules.Default(obj);

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors) =>
        PodTemplateRules.Validate(obj.Child("template"), "template", errors);

    public void Warn(JsonObject obj, ICollection<string> warnings) => PodTemplateRules.Warn(obj.Child("template"), "template", warnings);
}
