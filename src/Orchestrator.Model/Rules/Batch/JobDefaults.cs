using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Apps;

namespace Orchestrator.Model.Rules.Batch;

/// <summary>What the writer of a Job's spec may leave out, as Kubernetes fills it; the same for the template of a CronJob.</summary>
internal static class JobDefaults
{
    private const int BackoffLimit = 6;

    public static void ApplySpec(JsonObject? spec)
    {
        if (spec is null)
        {
            return;
        }

        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", spec["backoffLimitPerIndex"] is null ? BackoffLimit : int.MaxValue);
        spec.DefaultIfEmpty("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("manualSelector", false);
        spec.DefaultIfEmpty("podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
        foreach ((JsonObject rule, _) in spec.Child("podFailurePolicy").Items("rules"))
        {
            foreach ((JsonObject condition, _) in rule.Items("onPodConditions"))
            {
                condition.DefaultIfEmpty("status", "True");
            }
        }

        PodTemplateRules.Default(spec);
    }
}
