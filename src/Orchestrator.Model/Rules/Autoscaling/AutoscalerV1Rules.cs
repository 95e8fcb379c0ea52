using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Autoscaling;

/// <summary>HorizontalPodAutoscalers written as <c>autoscaling/v1</c>: what they come to is held to the rules of what is stored.</summary>
internal sealed class AutoscalerV1Rules : IKindRules
{
    private static readonly AutoscalerRules Stored = new();

    public void Default(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            spec.Default("minReplicas", 1);
            if (obj.Child("metadata", "annotations").Text(AutoscalerConversion.MetricsAnnotation) is null)
            {
                spec.Default("targetCPUUtilizationPercentage", AutoscalerRules.DefaultUtilization);
            }
        }

        if (obj.ObjectOrNew("status") is { } status)
        {
            status.Default("currentReplicas", 0);
            status.Default("desiredReplicas", 0);
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        var found = new List<FieldError>();
        Stored.Validate(AutoscalerConversion.Instance.ToStored(obj), old is null ? null : AutoscalerConversion.Instance.ToStored(old), found);
        foreach (FieldError error in found)
        {
            errors.Add(error.Path == "spec.metrics[0].resource.target.averageUtilization" && obj.Child("spec")?["targetCPUUtilizationPercentage"] is not null
                ? error with { Path = "spec.targetCPUUtilizationPercentage" }
                : error);
        }
    }
}
