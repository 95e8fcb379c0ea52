using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Policies;

/// <summary>LimitRanges: the limits of one type must not contradict each other (Kubernetes' ValidateLimitRange).</summary>
internal sealed class LimitRangeRules : IKindRules
{
    private static readonly string[] Types = ["Container", "Pod", "PersistentVolumeClaim"];
    private static readonly string[] Lists = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

    public void Default(JsonObject obj)
    {
        foreach ((JsonObject item, _) in obj.Child("spec").Items("limits"))
        {
            foreach (string list in Lists)
            {
                ResourceRules.Canonicalize(item.Child(list));
            }

            if (item.Text("type") == "Container")
            {
                Fill(item, "default", "max");
                Fill(item, "defaultRequest", "default");
                Fill(item, "defaultRequest", "min");
            }
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject item, int i) in obj.Child("spec").Items("limits"))
        {
            string path = $"spec.limits[{i}]";
            string type = item.Text("type") ?? "";
            errors.CheckRequired($"{path}.type", type, NameRules.QualifiedName);
            if (type.Length > 0 && !Types.Contains(type) && !type.Contains('/', StringComparison.Ordinal))
            {
                errors.Add(FieldError.Invalid($"{path}.type", type, "must be a standard limit type or fully qualified"));
            }

            if (!types.Add(type))
            {
                errors.Add(FieldError.Duplicate($"{path}.type", type));
            }

            ValidateItem(item, type, path, errors);
        }
    }

    private static void ValidateItem(JsonObject item, string type, string path, ICollection<FieldError> errors)
    {
        foreach (string list in Lists)
        {
            ResourceRules.ValidateList(item.Child(list), $"{path}.{list}", errors);
            if (type == "Pod" && list is ("default" or "defaultRequest") && item.Child(list) is { Count: > 0 })
            {
                errors.Add(FieldError.Forbidden($"{path}.{list}", "may not be specified when `type` is 'Pod'"));
            }
        }

        if (type == "PersistentVolumeClaim" && item.Child("min")?["storage"] is null && item.Child("max")?["storage"] is null)
        {
            errors.Add(FieldError.Required($"{path}.limits", "either minimum or maximum storage value is required, but neither was provided"));
        }

        foreach (string name in Lists.SelectMany(list => item.Child(list) ?? []).Select(q => q.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            ValidateResource(item, name, path, errors);
        }
    }

    private static void ValidateResource(JsonObject item, string name, string path, ICollection<FieldError> errors)
    {
        Quantity? max = Of(item, "max", name), min = Of(item, "min", name), limit = Of(item, "default", name), request = Of(item, "defaultRequest", name);
        void Compare(string field, Quantity? small, Quantity? large, Quantity? named, string text)
        {
            if (small is { } low && large is { } high && low > high)
            {
                errors.Add(FieldError.Invalid($"{path}.{field}[{name}]", named.ToString(), string.Format(CultureInfo.InvariantCulture, text, low, high)));
            }
        }

        Compare("min", min, max, min, "min value {0} is greater than max value {1}");
        Compare("defaultRequest", min, request, request, "min value {0} is greater than default request value {1}");
        Compare("defaultRequest", request, max, request, "default request value {0} is greater than max value {1}");
        Compare("defaultRequest", request, limit, request, "default request value {0} is greater than default limit value {1}");
        Compare("default", min, limit, min, "min value {0} is greater than default value {1}");
        Compare("default", limit, max, max, "default value {0} is greater than max value {1}");
        if (Of(item, "maxLimitRequestRatio", name) is not { } ratio)
        {
            return;
        }

        string at = $"{path}.maxLimitRequestRatio[{name}]";
        if (ratio < Quantity.FromUnits(1))
        {
            errors.Add(FieldError.Invalid(at, ratio.ToString(), $"ratio {ratio} is less than 1"));
        }

        if (max is { } most && min is { Sign: > 0 } least && (double)ratio.Nanos / Quantity.NanosPerUnit > (double)most.Nanos / (double)least.Nanos)
        {
            double highest = (double)most.Nanos / (double)least.Nanos;
            errors.Add(FieldError.Invalid(at, ratio.ToString(), string.Create(CultureInfo.InvariantCulture, $"ratio {ratio} is greater than max/min = {highest:F6}")));
        }
    }

    private static Quantity? Of(JsonObject item, string list, string name) =>
        Quantity.TryParse(item.Child(list)?[name].AsScalarText(), out Quantity quantity) ? quantity : null;

    private static void Fill(JsonObject item, string list, string from)
    {
        foreach ((string name, JsonNode? value) in item.Child(from) ?? [])
        {
            if (item.ObjectOrNew(list) is { } target && target[name] is null)
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
