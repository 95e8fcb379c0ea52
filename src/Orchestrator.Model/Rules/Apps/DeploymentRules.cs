using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Apps;

/// <summary>Deployments (<c>pkg/apis/apps/validation</c>, ValidateDeploymentSpec).</summary>
internal sealed class DeploymentRules() : WorkloadRules("Deployment")
{
    private const string DefaultShare = "25%";
    private const int RevisionHistoryLimit = 10;
    private const int ProgressDeadlineSeconds = 600;

    protected override void DefaultSpec(JsonObject spec, JsonObject obj)
    {
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", RevisionHistoryLimit);
        spec.Default("progressDeadlineSeconds", ProgressDeadlineSeconds);
        if (spec.ObjectOrNew("strategy") is not { } strategy)
        {
            return;
        }

        strategy.DefaultIfEmpty("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate" && strategy.ObjectOrNew("rollingUpdate") is { } rolling)
        {
            rolling.Default("maxUnavailable", DefaultShare);
            rolling.Default("maxSurge", DefaultShare);
        }
    }

    protected override void ValidateSpec(JsonObject spec, ICollection<FieldError> errors)
    {
        ValidateStrategy(spec.Child("strategy"), errors);
        if (spec.Integer("progressDeadlineSeconds") is { } deadline)
        {
            errors.CheckNotNegative("spec.progressDeadlineSeconds", deadline);
            if (deadline <= (spec.Integer("minReadySeconds") ?? 0))
            {
                errors.Add(FieldError.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
            }
        }
    }

    private static void ValidateStrategy(JsonObject? strategy, ICollection<FieldError> errors)
    {
        const string path = "spec.strategy.rollingUpdate";
        JsonObject? rolling = strategy.Child("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "Recreate":
                if (rolling is not null)
                {
                    errors.Add(FieldError.Forbidden(path, "may not be specified when strategy `type` is 'Recreate'"));
                }

                break;
            case "RollingUpdate":
                bool mayMiss = ValidateScaled(rolling, "maxUnavailable", path, errors);
                bool maySurge = ValidateScaled(rolling, "maxSurge", path, errors, mayExceed: true);
                if (!mayMiss && !maySurge)
                {
                    errors.Add(FieldError.Invalid($"{path}.maxUnavailable", rolling?["maxUnavailable"], "may not be 0 when `maxSurge` is 0"));
                }

                break;
            case var other:
                errors.Add(FieldError.NotSupported("spec.strategy.type", other ?? "", "Recreate", "RollingUpdate"));
                break;
        }
    }
}

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetRules() : WorkloadRules("ReplicaSet")
{
    protected override IReadOnlyList<string> CountsFromTheStart => ["replicas"];

    protected override void DefaultSpec(JsonObject spec, JsonObject obj) => spec.Default("replicas", 1);
}
