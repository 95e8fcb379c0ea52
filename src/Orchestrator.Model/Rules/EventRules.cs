using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>An event lies in the namespace of what it is about; events of cluster-scoped objects lie in <c>default</c>.</summary>
internal sealed class EventRules : IKindRules
{
    private const int MaxMessageBytes = 1024;

    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        string? ns = obj.Child("metadata").Text("namespace");
        string? subjectNamespace = obj.Child("involvedObject").Text("namespace");
        bool fits = string.IsNullOrEmpty(subjectNamespace) ? ns is "default" or "kube-system" : ns == subjectNamespace;
        if (!fits)
        {
            errors.Add(FieldError.Invalid("involvedObject.namespace", subjectNamespace ?? "", "does not match event.namespace"));
        }

        // Events in the newer style carry eventTime, and then owe the rest.
        if (obj["eventTime"].IsUnset())
        {
            return;
        }

        errors.CheckRequired("reportingComponent", obj.Text("reportingComponent"), NameRules.QualifiedName);
        errors.CheckRequired("reportingInstance", obj.Text("reportingInstance"), _ => null);
        errors.CheckRequired("action", obj.Text("action"), _ => null);
        errors.CheckRequired("reason", obj.Text("reason"), _ => null);
        errors.CheckOneOf("type", obj.Text("type"), "Normal", "Warning");
        if (System.Text.Encoding.UTF8.GetByteCount(obj.Text("message") ?? "") > MaxMessageBytes)
        {
            errors.Add(FieldError.Invalid("message", "", $"can have at most {MaxMessageBytes} characters"));
        }
    }
}
