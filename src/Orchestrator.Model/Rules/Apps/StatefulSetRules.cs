using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Storage;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Apps;

/// <summary>StatefulSets. Claims of their templates are checked as claims are.</summary>
internal sealed class StatefulSetRules() : WorkloadRules("StatefulSet")
{
    /// <summary>Members of the spec that may change.</summary>
    private static readonly string[] Mutable =
        ["replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "revisionHistoryLimit"];

    private const int RevisionHistoryLimit = 10;

    protected override IReadOnlyList<string> CountsFromTheStart => ["replicas", "availableReplicas"];

    protected override void DefaultSpec(JsonObject spec, JsonObject obj)
    {
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", RevisionHistoryLimit);
        spec.DefaultIfEmpty("podManagementPolicy", "OrderedReady");
        if (spec.ObjectOrNew("updateStrategy") is { } strategy)
        {
            strategy.DefaultIfEmpty("type", "RollingUpdate");
            if (strategy.Text("type") == "RollingUpdate" && strategy.ObjectOrNew("rollingUpdate") is { } rolling)
            {
                rolling.Default("partition", 0);
            }
        }

        foreach ((JsonObject template, _) in spec.Items("volumeClaimTemplates"))
        {
            template.DefaultIfEmpty("apiVersion", "v1");
            template.DefaultIfEmpty("kind", "PersistentVolumeClaim");
            PersistentVolumeClaimRules.DefaultClaim(template);
        }

        if (spec.ObjectOrNew("persistentVolumeClaimRetentionPolicy") is { } retention)
        {
            retention.DefaultIfEmpty("whenDeleted", "Retain");
            retention.DefaultIfEmpty("whenScaled", "Retain");
        }
    }

    protected override void ValidateSpec(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Text("podManagementPolicy") is not ("OrderedReady" or "Parallel") and var policy)
        {
            errors.Add(FieldError.Invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
        }

        ValidateStrategy(spec.Child("updateStrategy"), errors);
        JsonObject? retention = spec.Child("persistentVolumeClaimRetentionPolicy");
        foreach (string when in (ReadOnlySpan<string>)["whenDeleted", "whenScaled"])
        {
            errors.CheckOneOf($"spec.persistentVolumeClaimRetentionPolicy.{when}", retention.Text(when), "Retain", "Delete");
        }

        errors.Check("spec.serviceName", spec.Text("serviceName"), NameRules.DnsSubdomain);
        errors.CheckNotNegative("spec.ordinals.start", spec.Child("ordinals").Integer("start"));
        ValidateClaims(spec, errors);
    }

    private static void ValidateClaims(JsonObject spec, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject template, int i) in spec.Items("volumeClaimTemplates"))
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"spec.volumeClaimTemplates[{i}]");
            errors.CheckRequired($"{path}.metadata.name", template.Child("metadata").Text("name"), NameRules.DnsLabel);
            if (template.Child("metadata").Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{path}.metadata.name", name));
            }

            PersistentVolumeClaimRules.ValidateSpec(template.Child("spec"), $"{path}.spec", errors);
        }
    }

    protected override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        JsonObject now = Fixed(obj);
        JsonObject before = Fixed(old);
        if (now.Select(m => m.Key).Union(before.Select(m => m.Key), StringComparer.Ordinal)
            .Any(m => !(now[m].IsUnset() && before[m].IsUnset()) && !JsonNode.DeepEquals(now[m], before[m])))
        {
            errors.Add(FieldError.Forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
        }
    }

    private static JsonObject Fixed(JsonObject obj)
    {
        var copy = (JsonObject?)obj.Child("spec")?.DeepClone() ?? [];
        foreach (string member in Mutable)
        {
            copy.Remove(member);
        }

        return copy;
    }

    private static void ValidateStrategy(JsonObject? strategy, ICollection<FieldError> errors)
    {
        const string path = "spec.updateStrategy.rollingUpdate";
        JsonObject? rolling = strategy.Child("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                if (rolling is not null)
                {
                    errors.Add(FieldError.Invalid(path, rolling, "only allowed for updateStrategy 'RollingUpdate'"));
                }

                break;
            case "RollingUpdate":
                errors.CheckNotNegative($"{path}.partition", rolling.Integer("partition"));
                if (rolling?["maxUnavailable"] is { } most && !ValidateScaled(rolling, "maxUnavailable", path, errors))
                {
                    errors.Add(FieldError.Invalid($"{path}.maxUnavailable", most, "cannot be 0"));
                }

                break;
            case var other:
                errors.Add(FieldError.Invalid("spec.updateStrategy", other ?? "", "must be 'RollingUpdate' or 'OnDelete'"));
                break;
        }
    }
}
