using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Environment variables and the sources they come from.</summary>
internal static partial class EnvRules
{
    private static readonly string[] EnvironmentFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] VolumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly string[] Resources =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    public static void Validate(JsonObject container, string path, ICollection<FieldError> errors)
    {
        foreach ((JsonObject variable, int i) in container.Items("env"))
        {
            string at = $"{path}.env[{i}]";
            errors.CheckRequired($"{at}.name", variable.Text("name"), NameRules.EnvironmentVariable);
            if (variable["value"] is { } value && value.AsText() is null)
            {
                errors.Add(FieldError.TypeInvalid($"{at}.value", value.AsScalarText(), "must be a string"));
            }

            if (variable.Child("valueFrom") is { } source)
            {
                ValidateSource(variable, source, $"{at}.valueFrom", errors);
            }
        }

        foreach ((JsonObject source, int i) in container.Items("envFrom"))
        {
            ValidateEnvFrom(source, $"{path}.envFrom[{i}]", errors);
        }
    }

    /// <summary>A downward API field of an environment variable or of a volume's file.</summary>
    public static void ValidateFieldRef(JsonObject reference, string path, bool inVolume, ICollection<FieldError> errors)
    {
        string? field = reference.Text("fieldPath");
        string[] known = inVolume ? VolumeFields : EnvironmentFields;
        if (string.IsNullOrEmpty(field))
        {
            errors.Add(FieldError.Required($"{path}.fieldPath"));
        }
        else if (Subscript().Match(field) is { Success: true } match)
        {
            errors.Check($"{path}.fieldPath", match.Groups["key"].Value, NameRules.QualifiedName);
        }
        else if (!known.Contains(field))
        {
            errors.Add(FieldError.NotSupported($"{path}.fieldPath", field, known));
        }

        if (reference.Text("apiVersion") is { Length: > 0 } version && version != "v1")
        {
            errors.Add(FieldError.NotSupported($"{path}.apiVersion", version, "v1"));
        }
    }

    public static void ValidateResourceRef(JsonObject reference, string path, bool inVolume, ICollection<FieldError> errors)
    {
        if (inVolume && string.IsNullOrEmpty(reference.Text("containerName")))
        {
            errors.Add(FieldError.Required($"{path}.containerName"));
        }

        errors.CheckRequired($"{path}.resource", reference.Text("resource"), _ => null);
        errors.CheckOneOf($"{path}.resource", reference.Text("resource"), Resources);
        errors.Check(
            $"{path}.divisor",
            reference["divisor"].AsScalarText(),
            d => Quantities.Quantity.TryParse(d, out Quantities.Quantity q) ? (q.Sign < 0 ? "must be greater than or equal to 0" : null) : Quantities.Quantity.Invalid);
    }

    private static void ValidateSource(JsonObject variable, JsonObject source, string path, ICollection<FieldError> errors)
    {
        int sources = source.Count(m => m.Value is not null);
        if (!string.IsNullOrEmpty(variable.Text("value")))
        {
            errors.Add(FieldError.Invalid(path, "", "may not be specified when `value` is not empty"));
        }
        else if (sources != 1)
        {
            errors.Add(FieldError.Invalid(
                path,
                "",
                sources > 1 ? "may not have more than one field specified at a time"
                    : "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
        }

        if (source.Child("fieldRef") is { } field)
        {
            ValidateFieldRef(field, $"{path}.fieldRef", inVolume: false, errors);
        }

        if (source.Child("resourceFieldRef") is { } resource)
        {
            ValidateResourceRef(resource, $"{path}.resourceFieldRef", inVolume: false, errors);
        }

        foreach (string kind in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
        {
            if (source.Child(kind) is { } reference)
            {
                errors.CheckRequired($"{path}.{kind}.name", reference.Text("name"), NameRules.DnsSubdomain);
                errors.CheckRequired($"{path}.{kind}.key", reference.Text("key"), NameRules.ConfigKey);
            }
        }
    }

    private static void ValidateEnvFrom(JsonObject source, string path, ICollection<FieldError> errors)
    {
        errors.Check($"{path}.prefix", source.Text("prefix"), NameRules.EnvironmentVariable);
        JsonObject? configMap = source.Child("configMapRef");
        JsonObject? secret = source.Child("secretRef");
        if (configMap is not null && secret is not null)
        {
            errors.Add(FieldError.Invalid(path, "", "may not have more than one field specified at a time"));
        }
        else if (configMap is null && secret is null)
        {
            errors.Add(FieldError.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
        }
        else
        {
            string member = configMap is not null ? "configMapRef" : "secretRef";
            errors.CheckRequired($"{path}.{member}.name", (configMap ?? secret).Text("name"), NameRules.DnsSubdomain);
        }
    }

    [GeneratedRegex(@"^metadata\.(labels|annotations)\['(?<key>[^']*)'\]\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Subscript();
}
