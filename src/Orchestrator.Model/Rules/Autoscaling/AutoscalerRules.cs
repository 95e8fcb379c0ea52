using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Autoscaling;

/// <summary>HorizontalPodAutoscalers: Kubernetes' defaults and validation (<c>pkg/apis/autoscaling</c>).</summary>
internal sealed class AutoscalerRules : IKindRules
{
    internal const int DefaultUtilization = 80;

    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            spec.Default("minReplicas", 1);
            if (spec["metrics"].IsUnset())
            {
                spec["metrics"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Resource",
                    ["resource"] = new JsonObject
                    {
                        ["name"] = "cpu",
                        ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = DefaultUtilization },
                    },
                });
            }

            ScalingBehavior.Default(spec.Child("behavior"));
        }

        if (obj.ObjectOrNew("status") is { } status)
        {
            status.Default("desiredReplicas", 0);
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (obj.Child("spec") is not { } spec)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        if (spec["minReplicas"] is { } min && min.AsInteger() is not >= 1)
        {
            errors.Add(FieldError.Invalid("spec.minReplicas", min.AsInteger(), "must be greater than or equal to 1"));
        }

        long max = spec.Integer("maxReplicas") ?? 0;
        if (max < 1)
        {
            errors.Add(FieldError.Invalid("spec.maxReplicas", max, "must be greater than 0"));
        }
        else if (max < spec.Integer("minReplicas"))
        {
            errors.Add(FieldError.Invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`"));
        }

        ValidateReference(spec.Child("scaleTargetRef"), "spec.scaleTargetRef", errors);
        foreach ((JsonObject metric, int i) in spec.Items("metrics"))
        {
            ValidateMetric(metric, $"spec.metrics[{i}]", errors);
        }

        ScalingBehavior.Validate(spec.Child("behavior"), "spec.behavior", errors);
    }

    /// <summary>The member that a metric of a type has its source in.</summary>
    internal static string SourceOf(string type) => type switch
    {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        _ => "",
    };

    private static void ValidateReference(JsonObject? reference, string path, ICollection<FieldError> errors)
    {
        errors.CheckRequired($"{path}.kind", reference.Text("kind"), PathSegment);
        errors.CheckRequired($"{path}.name", reference.Text("name"), PathSegment);
    }

    private static string? PathSegment(string value) =>
        value is "." or ".." ? $"may not be '{value}'"
        : value.Contains('/', StringComparison.Ordinal) ? "may not contain '/'"
        : value.Contains('%', StringComparison.Ordinal) ? "may not contain '%'"
        : null;

    private static void ValidateMetric(JsonObject metric, string path, ICollection<FieldError> errors)
    {
        string type = metric.Text("type") ?? "";
        if (type.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.type", "must specify a metric source type"));
            return;
        }

        errors.CheckOneOf($"{path}.type", type, "ContainerResource", "External", "Object", "Pods", "Resource");
        string member = SourceOf(type);
        if (member.Length == 0)
        {
            return;
        }

        if (metric.Child(member) is not { } source)
        {
            errors.Add(FieldError.Required($"{path}.{member}", $"must populate information for the given metric source (only \"{member}\" allowed for type \"{type}\")"));
            return;
        }

        foreach (string other in (ReadOnlySpan<string>)["resource", "containerResource", "pods", "object", "external"])
        {
            if (other != member && metric[other] is not null)
            {
                errors.Add(FieldError.Forbidden($"{path}.{other}", "must populate the given metric source only"));
            }
        }

        MetricTarget.Validate(type, source, $"{path}.{member}", errors);
    }
}
