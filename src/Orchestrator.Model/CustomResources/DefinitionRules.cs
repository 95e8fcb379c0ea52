using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.CustomResources;

/// <summary>CustomResourceDefinitions: their names, versions and schemas.</summary>
internal sealed class DefinitionRules : IKindRules
{
    private const string ApprovalAnnotation = "api-approved.kubernetes.io";

    public void Default(JsonObject obj)
    {
        if (obj.Child("spec") is not { } spec)
        {
            return;
        }

        if (spec.ObjectOrNew("names") is { } names && names.Text("kind") is { Length: > 0 } kind)
        {
            names.DefaultIfEmpty("singular", kind.ToLowerInvariant());
            names.DefaultIfEmpty("listKind", kind + "List");
        }

        spec.ObjectOrNew("conversion")?.DefaultIfEmpty("strategy", "None");
        DefaultStatus(obj, spec);
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        if (obj.Child("spec") is not { } spec)
        {
            errors.Add(FieldError.Required("spec"));
            return;
        }

        ValidateNames(obj, spec, errors);
        ValidateConversion(spec, errors);
        DefinitionVersionRules.Validate(spec, errors);
        ValidateStoredVersions(obj, spec, errors);
        if (old is null)
        {
            return;
        }

        foreach (var member in (ReadOnlySpan<string>)["group", "scope"])
        {
            if (IsEstablished(old) || member == "group")
            {
                Rules.Immutability.ValidateMember(obj, old, errors, "spec", member);
            }
        }

        if (IsEstablished(old))
        {
            foreach (var member in (ReadOnlySpan<string>)["plural", "kind"])
            {
                if (spec.Child("names").Text(member) != old.Child("spec", "names").Text(member))
                {
                    errors.Add(FieldError.Invalid($"spec.names.{member}", spec.Child("names").Text(member), "field is immutable"));
                }
            }
        }
    }

    private static bool IsEstablished(JsonObject definition) =>
        definition.Child("status").Items("conditions").Any(c => c.Item.Text("type") == "Established" && c.Item.Text("status") == "True");

    /// <summary>Every version that has ever been the storage version is on record, until an administrator says that no object is left in it.</summary>
    private static void DefaultStatus(JsonObject obj, JsonObject spec)
    {
        if (obj.ObjectOrNew("status") is not { } status)
        {
            return;
        }

        if (status["conditions"] is null)
        {
            status["conditions"] = new JsonArray();
        }

        if (status["acceptedNames"] is null)
        {
            status["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" };
        }

        if (status["storedVersions"] is not JsonArray stored)
        {
            status["storedVersions"] = stored = [];
        }

        var storage = spec.Items("versions").Select(v => v.Item).FirstOrDefault(v => v.Flag("storage") == true).Text("name");
        if (storage is { Length: > 0 } && !stored.Any(v => v.AsText() == storage))
        {
            stored.Add(storage);
        }
    }

    private static void ValidateNames(JsonObject obj, JsonObject spec, ICollection<FieldError> errors)
    {
        var group = spec.Text("group") ?? "";
        var names = spec.Child("names");
        var plural = names.Text("plural") ?? "";
        var expected = $"{plural}.{group}";
        if (obj.Child("metadata").Text("name") is { } name && name != expected)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"must be spec.names.plural+\".\"+spec.group"));
        }

        errors.CheckRequired("spec.group", group, NameRules.DnsSubdomain);
        if (group.Length > 0 && !group.Contains('.', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid("spec.group", group, "should be a domain with at least one dot"));
        }

        if (IsProtected(group) && string.IsNullOrEmpty(obj.Child("metadata", "annotations").Text(ApprovalAnnotation)))
        {
            errors.Add(FieldError.Required(
                $"metadata.annotations[{ApprovalAnnotation}]", $"protected groups must have approval annotation \"{ApprovalAnnotation}\", see https://github.com/kubernetes/enhancements/pull/1111"));
        }

        if (string.IsNullOrEmpty(spec.Text("scope")))
        {
            errors.Add(FieldError.Required("spec.scope"));
        }

        errors.CheckOneOf("spec.scope", spec.Text("scope"), "Cluster", "Namespaced");
        errors.CheckRequired("spec.names.plural", plural, NameRules.DnsLabel1035);
        errors.Check("spec.names.singular", names.Text("singular"), NameRules.DnsLabel1035);
        errors.CheckRequired("spec.names.kind", names.Text("kind"), KindName);
        errors.Check("spec.names.listKind", names.Text("listKind"), KindName);
        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
        {
            errors.Add(FieldError.Invalid("spec.names.listKind", kind, "kind and listKind may not be the same"));
        }

        CheckLabels(names, "shortNames", errors);
        CheckLabels(names, "categories", errors);
    }

    private static void CheckLabels(JsonObject? names, string member, ICollection<FieldError> errors)
    {
        var index = 0;
        foreach (var text in names.Texts(member))
        {
            errors.Check(string.Create(CultureInfo.InvariantCulture, $"spec.names.{member}[{index++}]"), text, NameRules.DnsLabel1035);
        }
    }

    private static void ValidateConversion(JsonObject spec, ICollection<FieldError> errors)
    {
        errors.CheckOneOf("spec.conversion.strategy", spec.Child("conversion").Text("strategy"), "None", "Webhook");
        if (spec.Child("conversion").Text("strategy") == "Webhook")
        {
            errors.Add(FieldError.Forbidden("spec.conversion.strategy", "conversion by webhook is not supported yet: versions may differ in their apiVersion alone (None)"));
        }

        if (spec.Child("conversion")?["webhook"] is not null)
        {
            errors.Add(FieldError.Forbidden("spec.conversion.webhook", "should not be set when strategy is not set to Webhook"));
        }

        if (spec.Flag("preserveUnknownFields") == true)
        {
            errors.Add(FieldError.Invalid("spec.preserveUnknownFields", true, "must be false in order to use defaults in the schema: set x-kubernetes-preserve-unknown-fields in the schema instead"));
        }
    }

    private static void ValidateStoredVersions(JsonObject obj, JsonObject spec, ICollection<FieldError> errors)
    {
        var versions = spec.Items("versions").Select(v => v.Item.Text("name")).ToHashSet(StringComparer.Ordinal);
        var index = 0;
        foreach (var stored in obj.Child("status").Texts("storedVersions"))
        {
            if (!versions.Contains(stored))
            {
                errors.Add(FieldError.Invalid(
                    string.Create(CultureInfo.InvariantCulture, $"status.storedVersions[{index}]"), stored, $"missing from spec.versions; {stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {stored} and removes {stored} from status.storedVersions"));
            }

            index++;
        }
    }

    private static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    private static string? KindName(string kind) => NameRules.DnsLabel1035(kind.ToLowerInvariant()) is { } fault ? $"may have mixed case, but should otherwise match: {fault}" : null;
}
