using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Apps;

/// <summary>
/// Templates of pods (<c>core/v1 PodTemplateSpec</c>): the rules of pods, whose paths are moved to where the template stands. So what is refused of a
/// pod is refused of its template already, by the same words.
/// </summary>
internal static class PodTemplateRules
{
    private static readonly PodRules Pods = new();

    /// <param name="owner">What holds the member <c>template</c>.</param>
    public static void Default(JsonObject? owner)
    {
        if (owner?.ObjectOrNew("template") is not { } template)
        {
            return;
        }

        template.ObjectOrNew("metadata");
        if (template.ObjectOrNew("spec") is { } spec)
        {
            PodDefaults.ApplySpec(spec);
        }
    }

    /// <param name="template">The template, null where there is none.</param>
    /// <param name="path">Where it stands: <c>spec.template</c>.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static void Validate(JsonObject? template, string path, ICollection<FieldError> errors)
    {
        JsonObject? metadata = template.Child("metadata");
        SelectorRules.ValidateMap(metadata.Child("labels"), $"{path}.metadata.labels", errors);
        foreach ((string key, _) in metadata.Child("annotations") ?? [])
        {
            errors.Check($"{path}.metadata.annotations", key.ToLowerInvariant(), NameRules.QualifiedName);
        }

        var ofPod = new List<FieldError>();
        Pods.Validate(template ?? [], null, ofPod);
        foreach (FieldError error in ofPod)
        {
            errors.Add(error with { Path = $"{path}.{error.Path}" });
        }
    }

    // Containers may mount the claims that each pod of a StatefulSet is given.
    private static JsonObject? WithClaims(JsonObject? template, JsonObject? spec)
    {
        string[] claims = [.. spec.Items("volumeClaimTemplates").Select(c => c.Item.Child("metadata").Text("name")).OfType<string>().Distinct(StringComparer.Ordinal)];
        if (claims.Length == 0 || template.Child("spec") is null)
        {
            return template;
        }

        var copy = (JsonObject)template!.DeepClone();
        JsonObject pod = copy.Child("spec")!;
        JsonArray volumes = pod.Array("volumes") ?? [];
        foreach (string claim in claims.Where(c => !pod.Items("volumes").Any(v => v.Item.Text("name") == c)))
        {
            volumes.Add((JsonNode)new JsonObject { ["name"] = claim, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } });
        }

        pod["volumes"] = volumes;
        return copy;
    }

    /// <summary>A template whose pods are kept running by a controller that selects them by labels.</summary>
    /// <param name="spec">The controller's spec.</param>
    /// <param name="selector">What it selects by; null where that is wrong in itself.</param>
    /// <param name="kind">The controller's kind, for messages.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static void ValidateKeptRunning(JsonObject? spec, LabelSelector? selector, string kind, ICollection<FieldError> errors)
    {
        const string path = "spec.template";
        JsonObject? template = spec.Child("template");
        JsonObject? labels = template.Child("metadata", "labels");
        if (selector is { IsEverything: false } && !selector.Matches(Texts(labels)))
        {
            errors.Add(FieldError.Invalid($"{path}.metadata.labels", labels ?? [], "`selector` does not match template `labels`"));
        }

        Validate(WithClaims(template, spec), path, errors);
        JsonObject? pod = template.Child("spec");
        if (pod.Text("restartPolicy") is { Length: > 0 } policy and ("OnFailure" or "Never"))
        {
            errors.Add(FieldError.NotSupported($"{path}.spec.restartPolicy", policy, "Always"));
        }

        if (!pod.IsUnsetMember("activeDeadlineSeconds"))
        {
            errors.Add(FieldError.Forbidden($"{path}.spec.activeDeadlineSeconds", $"activeDeadlineSeconds in {kind} is not Supported"));
        }
    }

    public static void Warn(JsonObject? template, string path, ICollection<string> warnings)
    {
        var ofPod = new List<string>();
        PodWarnings.Of(template.Child("spec"), ofPod);
        foreach (string warning in ofPod)
        {
            warnings.Add($"{path}.{warning}");
        }
    }

    private static Dictionary<string, string> Texts(JsonObject? labels) =>
        (labels ?? []).ToDictionary(l => l.Key, l => l.Value.AsText() ?? "", StringComparer.Ordinal);

    private static bool IsUnsetMember(this JsonObject? obj, string name) => obj?[name] is null;
}
