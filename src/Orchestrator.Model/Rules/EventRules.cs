using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Kinds.BuiltIn;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>core/v1 Events: one lies in the namespace of what it is about; events of cluster-scoped objects lie in <c>default</c>.</summary>
internal sealed class EventRules : IKindRules
{
    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        EventChecks.Namespace(obj, EventFields.Core, errors);

        // Events in the newer style carry eventTime, and then owe the rest.
        if (!obj["eventTime"].IsUnset())
        {
            EventChecks.NewStyle(obj, EventFields.Core, errors);
        }
    }
}

/// <summary>events.k8s.io/v1 Events: they are in the newer style, and what the older one wrote stays empty. Once made, only their series goes on.</summary>
internal sealed class NewEventRules : IKindRules
{
    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        EventChecks.Namespace(obj, EventFields.New, errors);
        if (old is not null)
        {
            ValidateUpdate(obj, old, errors);
            return;
        }

        if (obj["eventTime"].IsUnset())
        {
            errors.Add(FieldError.Required("eventTime"));
        }

        EventChecks.NewStyle(obj, EventFields.New, errors);
        if (string.IsNullOrEmpty(obj.Text("type")))
        {
            errors.Add(FieldError.Invalid("type", "", "has invalid value: "));
        }

        foreach (string member in (ReadOnlySpan<string>)[EventFields.New.First, EventFields.New.Last, EventFields.New.Count, EventFields.New.Source])
        {
            if (!obj[member].IsUnset() && obj.Child(member)?.All(m => m.Value.IsUnset()) != true)
            {
                errors.Add(FieldError.Invalid(member, "", "needs to be unset"));
            }
        }

        ValidateSeries(obj.Child("series"), errors);
    }

    private static void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        foreach (string member in (ReadOnlySpan<string>)
            ["regarding", "reason", "reportingController", "reportingInstance", "action", "related", "note", "type", "eventTime", "deprecatedSource", "deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedCount"])
        {
            Immutability.ValidateMember(obj, old, errors, null, member);
        }

        ValidateSeries(obj.Child("series"), errors);
    }

    private static void ValidateSeries(JsonObject? series, ICollection<FieldError> errors)
    {
        if (series is null)
        {
            return;
        }

        if ((series.Integer("count") ?? 0) < 2)
        {
            errors.Add(FieldError.Invalid("series.count", "", "should be at least 2"));
        }

        if (series["lastObservedTime"].IsUnset())
        {
            errors.Add(FieldError.Required("series.lastObservedTime"));
        }
    }
}

/// <summary>What holds for Events under either set of names.</summary>
internal static class EventChecks
{
    private const int MaxMessageBytes = 1024;
    private const int MaxWordBytes = 128;

    public static void Namespace(JsonObject obj, EventFields fields, ICollection<FieldError> errors)
    {
        string? ns = obj.Child("metadata").Text("namespace");
        string? subject = obj.Child(fields.Subject).Text("namespace");
        bool fits = string.IsNullOrEmpty(subject) ? ns is "default" or "kube-system" : ns == subject;
        if (!fits)
        {
            errors.Add(FieldError.Invalid($"{fields.Subject}.namespace", subject ?? "", "does not match event.namespace"));
        }
    }

    public static void NewStyle(JsonObject obj, EventFields fields, ICollection<FieldError> errors)
    {
        errors.CheckRequired(fields.Reporter, obj.Text(fields.Reporter), NameRules.QualifiedName);
        foreach (string member in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            errors.CheckRequired(member, obj.Text(member), v => Encoding.UTF8.GetByteCount(v) > MaxWordBytes ? $"can have at most {MaxWordBytes} characters" : null);
        }

        errors.CheckOneOf("type", obj.Text("type"), "Normal", "Warning");
        if (Encoding.UTF8.GetByteCount(obj.Text(fields.Message) ?? "") > MaxMessageBytes)
        {
            errors.Add(FieldError.Invalid(fields.Message, "", $"can have at most {MaxMessageBytes} characters"));
        }
    }
}
