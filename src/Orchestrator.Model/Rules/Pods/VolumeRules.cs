using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Quantities;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules.Pods;

/// <summary>Volumes of a pod.</summary>
internal static class VolumeRules
{
    /// <summary>0777.</summary>
    private const int MaxMode = 0x1FF;

    private static readonly string[] HostPathTypes =
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

    public static void Validate(JsonObject spec, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((JsonObject volume, int i) in spec.Items("volumes"))
        {
            string path = $"spec.volumes[{i}]";
            string? name = volume.Text("name");
            errors.CheckRequired($"{path}.name", name, NameRules.DnsLabel);
            if (!string.IsNullOrEmpty(name) && !names.Add(name))
            {
                errors.Add(FieldError.Duplicate($"{path}.name", name));
            }

            bool first = true;
            foreach ((string source, JsonNode? value) in volume)
            {
                if (source == "name" || value is not JsonObject definition)
                {
                    continue;
                }

                if (!first)
                {
                    errors.Add(FieldError.Forbidden($"{path}.{source}", "may not specify more than 1 volume type"));
                }

                first = false;
                ValidateSource(source, definition, $"{path}.{source}", errors);
            }
        }
    }

    private static void ValidateSource(string source, JsonObject definition, string path, ICollection<FieldError> errors)
    {
        switch (source)
        {
            case "emptyDir":
                errors.CheckOneOf($"{path}.medium", definition.Text("medium"), "Memory");
                errors.Check($"{path}.sizeLimit", definition["sizeLimit"].AsScalarText(), NotNegativeQuantity);
                break;
            case "hostPath":
                errors.CheckRequired($"{path}.path", definition.Text("path"), MountRules.NoBacksteps);
                errors.CheckOneOf($"{path}.type", definition.Text("type"), HostPathTypes);
                break;
            case "configMap":
                errors.CheckRequired($"{path}.name", definition.Text("name"), NameRules.DnsSubdomain);
                ValidateKeys(definition, path, errors);
                break;
            case "secret":
                errors.CheckRequired($"{path}.secretName", definition.Text("secretName"), NameRules.DnsSubdomain);
                ValidateKeys(definition, path, errors);
                break;
            case "downwardAPI":
                ValidateDownwardApi(definition, path, errors);
                break;
            case "projected":
                ValidateProjected(definition, path, errors);
                break;
            case "persistentVolumeClaim":
                errors.CheckRequired($"{path}.claimName", definition.Text("claimName"), NameRules.DnsSubdomain);
                break;
            default:
                // Other sources are refused as unsupported.
                break;
        }
    }

    private static void ValidateProjected(JsonObject projected, string path, ICollection<FieldError> errors)
    {
        ValidateMode(projected, "defaultMode", path, errors);
        foreach ((JsonObject source, int i) in projected.Items("sources"))
        {
            string at = $"{path}.sources[{i}]";
            foreach (string kind in (ReadOnlySpan<string>)["configMap", "secret"])
            {
                if (source.Child(kind) is { } reference)
                {
                    errors.CheckRequired($"{at}.{kind}.name", reference.Text("name"), NameRules.DnsSubdomain);
                    ValidateKeys(reference, $"{at}.{kind}", errors);
                }
            }

            if (source.Child("downwardAPI") is { } downward)
            {
                ValidateDownwardApi(downward, $"{at}.downwardAPI", errors);
            }

            if (source.Child("serviceAccountToken") is { } token)
            {
                ValidateToken(token, $"{at}.serviceAccountToken", errors);
            }

            if (source.Count(m => m.Value is not null) > 1)
            {
                errors.Add(FieldError.Forbidden(at, "may not specify more than 1 volume type"));
            }
        }
    }

    private static void ValidateToken(JsonObject token, string path, ICollection<FieldError> errors)
    {
        const long least = 600;
        const long most = 1L << 32;
        errors.CheckRequired($"{path}.path", token.Text("path"), MountRules.LocalPath);
        long? seconds = token.Integer("expirationSeconds");
        if (seconds < least)
        {
            errors.Add(FieldError.Invalid($"{path}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
        }
        else if (seconds > most)
        {
            errors.Add(FieldError.Invalid($"{path}.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"));
        }
    }

    private static void ValidateKeys(JsonObject definition, string path, ICollection<FieldError> errors)
    {
        ValidateMode(definition, "defaultMode", path, errors);
        foreach ((JsonObject item, int i) in definition.Items("items"))
        {
            string at = $"{path}.items[{i}]";
            errors.CheckRequired($"{at}.key", item.Text("key"), _ => null);
            errors.CheckRequired($"{at}.path", item.Text("path"), MountRules.LocalPath);
            ValidateMode(item, "mode", at, errors);
        }
    }

    private static void ValidateDownwardApi(JsonObject definition, string path, ICollection<FieldError> errors)
    {
        ValidateMode(definition, "defaultMode", path, errors);
        foreach ((JsonObject item, int i) in definition.Items("items"))
        {
            string at = $"{path}.items[{i}]";
            errors.CheckRequired($"{at}.path", item.Text("path"), MountRules.LocalPath);
            ValidateMode(item, "mode", at, errors);
            JsonObject? field = item.Child("fieldRef");
            JsonObject? resource = item.Child("resourceFieldRef");
            if (field is not null && resource is not null)
            {
                errors.Add(FieldError.Invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
            }
            else if (field is not null)
            {
                EnvRules.ValidateFieldRef(field, $"{at}.fieldRef", inVolume: true, errors);
            }
            else if (resource is not null)
            {
                EnvRules.ValidateResourceRef(resource, $"{at}.resourceFieldRef", inVolume: true, errors);
            }
            else
            {
                errors.Add(FieldError.Required($"{at}.fieldRef", "one of fieldRef and resourceFieldRef is required"));
            }
        }
    }

    private static void ValidateMode(JsonObject owner, string member, string path, ICollection<FieldError> errors)
    {
        if (owner[member] is not null && owner.Integer(member) is not (>= 0 and <= MaxMode))
        {
            errors.Add(FieldError.Invalid($"{path}.{member}", owner[member].AsScalarText(), "must be a number between 0 and 0777 (octal), both inclusive"));
        }
    }

    private static string? NotNegativeQuantity(string text) =>
        !Quantity.TryParse(text, out Quantity quantity) ? Quantity.Invalid : quantity.Sign < 0 ? "must be greater than or equal to 0" : null;
}
