using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Metadata;

/// <summary>Validation of metadata, alike for every kind (apimachinery <c>ValidateObjectMeta</c>).</summary>
internal static class MetadataRules
{
    private const int MaxAnnotationsBytes = 256 * 1024;

    public static void Validate(JsonObject metadata, ResourceKind kind, JsonObject? old, ICollection<FieldError> errors)
    {
        if (old is null)
        {
            ValidateName(metadata, kind, errors);
        }

        ValidateLabels(metadata.Child("labels"), errors);
        ValidateAnnotations(metadata.Child("annotations"), errors);
        ValidateFinalizers(metadata, old, errors);
        ValidateOwners(metadata, errors);
    }

    private static void ValidateName(JsonObject metadata, ResourceKind kind, ICollection<FieldError> errors)
    {
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
        else if (NameError(name, kind.NameFormat) is { } wrong)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, wrong));
        }

        if (kind.Namespaced && NameRules.DnsLabel(metadata.Text("namespace") ?? "") is { } wrongNamespace)
        {
            errors.Add(FieldError.Invalid("metadata.namespace", metadata.Text("namespace") ?? "", wrongNamespace));
        }
    }

    private static string? NameError(string name, NameFormat format) => format switch
    {
        NameFormat.DnsLabel => NameRules.DnsLabel(name),
        NameFormat.DnsLabel1035 => NameRules.DnsLabel1035(name),
        NameFormat.DnsSubdomain => NameRules.DnsSubdomain(name),
        _ when name is "." or ".." => $"may not be '{name}'",
        _ when name.Contains('/', StringComparison.Ordinal) => "may not contain '/'",
        _ when name.Contains('%', StringComparison.Ordinal) => "may not contain '%'",
        _ => null,
    };

    private static void ValidateLabels(JsonObject? labels, ICollection<FieldError> errors)
    {
        foreach (var (key, node) in labels ?? [])
        {
            if (NameRules.QualifiedName(key) is { } wrongKey)
            {
                errors.Add(FieldError.Invalid("metadata.labels", key, wrongKey));
            }

            var value = node.AsText() ?? "";
            if (NameRules.LabelValue(value) is { } wrongValue)
            {
                errors.Add(FieldError.Invalid("metadata.labels", value, wrongValue));
            }
        }
    }

    private static void ValidateAnnotations(JsonObject? annotations, ICollection<FieldError> errors)
    {
        long bytes = 0;
        foreach (var (key, node) in annotations ?? [])
        {
            // Annotation keys may have capitals in their prefix, label keys may not.
            if (NameRules.QualifiedName(key.ToLowerInvariant()) is { } wrong)
            {
                errors.Add(FieldError.Invalid("metadata.annotations", key, wrong));
            }

            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(node.AsText() ?? "");
        }

        if (bytes > MaxAnnotationsBytes)
        {
            errors.Add(FieldError.TooLong("metadata.annotations", MaxAnnotationsBytes));
        }
    }

    private static void ValidateFinalizers(JsonObject metadata, JsonObject? old, ICollection<FieldError> errors)
    {
        var stored = old.Texts("finalizers").ToHashSet(StringComparer.Ordinal);
        foreach (var finalizer in metadata.Texts("finalizers"))
        {
            if (NameRules.QualifiedName(finalizer) is { } wrong)
            {
                errors.Add(FieldError.Invalid("metadata.finalizers", finalizer, wrong));
            }
            else if (old.Text("deletionTimestamp") is not null && !stored.Contains(finalizer))
            {
                errors.Add(FieldError.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizer \"{finalizer}\""));
            }
        }
    }

    private static void ValidateOwners(JsonObject metadata, ICollection<FieldError> errors)
    {
        var controllers = 0;
        foreach (var (owner, index) in metadata.Items("ownerReferences"))
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                {
                    errors.Add(FieldError.Required($"metadata.ownerReferences[{index}].{field}", "must not be empty"));
                }
            }

            if (owner.Flag("controller") == true && ++controllers == 2)
            {
                errors.Add(FieldError.Invalid("metadata.ownerReferences", owner.Text("name"), "Only one reference can have Controller set to true"));
            }
        }
    }
}
