using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Storage;

/// <summary>PersistentVolumeClaims: what is claimed never changes, but may grow.</summary>
internal sealed class PersistentVolumeClaimRules : IKindRules
{
    private static readonly string[] Changeable = ["resources", "volumeName", "volumeAttributesClassName", "storageClassName"];

    public void Default(JsonObject obj) => DefaultClaim(obj);

    /// <summary>Of a claim, or of a template of claims.</summary>
    internal static void DefaultClaim(JsonObject obj)
    {
        if (obj.ObjectOrNew("spec") is { } spec)
        {
            spec.DefaultIfEmpty("volumeMode", "Filesystem");
            ResourceRules.Canonicalize(spec.Child("resources", "requests"));
            ResourceRules.Canonicalize(spec.Child("resources", "limits"));
        }

        obj.ObjectOrNew("status")?.DefaultIfEmpty("phase", "Pending");
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        ValidateSpec(obj.Child("spec"), "spec", errors);
        ValidateUpdate(obj.Child("spec"), old.Child("spec"), errors);
    }

    internal static void ValidateSpec(JsonObject? spec, string path, ICollection<FieldError> errors)
    {
        AccessModes.Validate(spec, $"{path}.accessModes", "at least 1 access mode is required", errors);
        SelectorObject.Validate(spec.Child("selector"), $"{path}.selector", errors);
        JsonObject? requests = spec.Child("resources", "requests");
        if (requests?["storage"] is null)
        {
            errors.Add(FieldError.Required($"{path}.resources[storage]"));
        }
        else if (Quantity.TryParse(requests["storage"].AsScalarText(), out Quantity size) && size.Sign <= 0)
        {
            errors.Add(FieldError.Invalid($"{path}.resources[storage]", size.ToString(), "must be greater than zero"));
        }

        ResourceRules.ValidateList(requests, $"{path}.resources.requests", errors);
        errors.CheckOneOf($"{path}.volumeMode", spec.Text("volumeMode"), "Block", "Filesystem");
        errors.Check($"{path}.storageClassName", spec.Text("storageClassName"), NameRules.DnsSubdomain);
        if (spec.Child("dataSource") is { } source)
        {
            errors.CheckRequired($"{path}.dataSource.name", source.Text("name"), _ => null);
            errors.CheckRequired($"{path}.dataSource.kind", source.Text("kind"), _ => null);
        }
    }

    private static void ValidateUpdate(JsonObject? spec, JsonObject? old, ICollection<FieldError> errors)
    {
        if (old is null || spec is null)
        {
            return;
        }

        bool isOtherwiseChanged = spec.Concat(old).Select(m => m.Key).Distinct(StringComparer.Ordinal).Except(Changeable).Any(m => !JsonNode.DeepEquals(spec[m], old[m]));
        bool isMoved = IsReplaced(spec, old, "volumeName") || IsReplaced(spec, old, "storageClassName");
        if (isOtherwiseChanged || isMoved)
        {
            errors.Add(FieldError.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        }

        if (Size(spec) is { } now && Size(old) is { } before && now < before)
        {
            errors.Add(FieldError.Forbidden("spec.resources.requests.storage", "field can not be less than previous value"));
        }
    }

    // What was left open may be filled in, once.
    private static bool IsReplaced(JsonObject spec, JsonObject old, string member) => old.Text(member) is { Length: > 0 } before && before != spec.Text(member);

    private static Quantity? Size(JsonObject spec) =>
        Quantity.TryParse(spec.Child("resources", "requests")?["storage"].AsScalarText(), out Quantity size) ? size : null;
}
