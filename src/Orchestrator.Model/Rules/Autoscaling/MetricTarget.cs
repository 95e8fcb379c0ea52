using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Autoscaling;

/// <summary>What a metric is about and what it should be.</summary>
internal static class MetricTarget
{
    public static void Validate(string type, JsonObject source, string path, ICollection<FieldError> errors)
    {
        bool isResource = type is "Resource" or "ContainerResource";
        if (isResource)
        {
            errors.CheckRequired($"{path}.name", source.Text("name"), NameRules.QualifiedName);
        }
        else
        {
            errors.CheckRequired($"{path}.metric.name", source.Child("metric").Text("name"), _ => null);
        }

        if (type == "ContainerResource")
        {
            errors.CheckRequired($"{path}.container", source.Text("container"), NameRules.DnsLabel);
        }

        if (source.Child("target") is not { } target)
        {
            errors.Add(FieldError.Required($"{path}.target"));
            return;
        }

        ValidateTarget(target, $"{path}.target", errors);
        int set = (target["averageUtilization"] is null ? 0 : 1) + (target["averageValue"] is null ? 0 : 1) + (target["value"] is null ? 0 : 1);
        if (isResource && target["averageUtilization"] is null && target["averageValue"] is null)
        {
            errors.Add(FieldError.Required($"{path}.target.averageUtilization", "must set either a target raw value or a target utilization"));
        }
        else if (isResource && target["averageUtilization"] is not null && target["averageValue"] is not null)
        {
            errors.Add(FieldError.Forbidden($"{path}.target.averageValue", "may not set both a target raw value and a target utilization"));
        }
        else if (type == "Pods" && target["averageValue"] is null)
        {
            errors.Add(FieldError.Required($"{path}.target.averageValue", "must specify a positive target averageValue"));
        }
        else if (set == 0)
        {
            errors.Add(FieldError.Required($"{path}.target.averageValue", "must set either a target value for metric or a per-pod target"));
        }
    }

    private static void ValidateTarget(JsonObject target, string path, ICollection<FieldError> errors)
    {
        string type = target.Text("type") ?? "";
        if (type.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.type", "must specify a metric target type"));
        }

        errors.CheckOneOf($"{path}.type", type, "AverageValue", "Utilization", "Value");
        if (target["averageUtilization"] is { } utilization && utilization.AsInteger() is not >= 1)
        {
            errors.Add(FieldError.Invalid($"{path}.averageUtilization", utilization.AsInteger(), "must be greater than 0"));
        }

        foreach (string member in (ReadOnlySpan<string>)["averageValue", "value"])
        {
            if (target[member] is not { } amount)
            {
                continue;
            }

            if (!Quantity.TryParse(amount.AsScalarText(), out Quantity quantity))
            {
                errors.Add(FieldError.Invalid($"{path}.{member}", amount.AsScalarText(), Quantity.Invalid));
            }
            else if (quantity.Sign <= 0)
            {
                errors.Add(FieldError.Invalid($"{path}.{member}", quantity.ToString(), "must be positive"));
            }
        }
    }
}
