using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>Keys, types, size and immutability of Secrets. Values never appear in messages.</summary>
internal sealed class SecretRules : IKindRules
{
    private const string DefaultType = "Opaque";

    /// <summary>Keys that a type asks for.</summary>
    private static readonly Dictionary<string, string[]> RequiredKeys = new(StringComparer.Ordinal)
    {
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
    };

    public void Default(JsonObject obj)
    {
        obj.DefaultIfEmpty("type", DefaultType);

        // stringData is write-only: what it says goes into data.
        if (obj.Child("stringData") is { } plain)
        {
            foreach ((string key, JsonNode? value) in plain)
            {
                if (value is null || value.AsText() is { })
                {
                    obj.ObjectOrNew("data")![key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsText() ?? ""));
                }
            }

            obj.Remove("stringData");
        }
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? data = obj.Child("data");
        long bytes = 0;
        foreach ((string key, JsonNode? value) in data ?? [])
        {
            errors.Check($"data[{key}]", key, NameRules.ConfigKey);
            bytes += ConfigMapRules.DecodedLength(value.AsText() ?? "", $"data[{key}]", errors);
        }

        if (bytes > ConfigMapRules.MaxBytes)
        {
            errors.Add(FieldError.TooLong("data", ConfigMapRules.MaxBytes));
        }

        ValidateType(obj.Text("type") ?? DefaultType, obj, data, errors);
        Immutability.ValidateMember(obj, old, errors, null, "type");
        Immutability.Validate(obj, old, errors, "data");
    }

    private static void ValidateType(string type, JsonObject obj, JsonObject? data, ICollection<FieldError> errors)
    {
        foreach (string key in RequiredKeys.GetValueOrDefault(type, []))
        {
            if (data?.ContainsKey(key) != true)
            {
                errors.Add(FieldError.Required($"data[{key}]"));
            }
            else if (key.StartsWith(".docker", StringComparison.Ordinal) && !IsJson(data.Text(key)))
            {
                errors.Add(FieldError.Invalid($"data[{key}]", "<secret contents redacted>", "must be JSON"));
            }
        }

        if (type == "kubernetes.io/basic-auth" && data?.ContainsKey("username") != true && data?.ContainsKey("password") != true)
        {
            errors.Add(FieldError.Required("data[username]"));
            errors.Add(FieldError.Required("data[password]"));
        }

        const string account = "kubernetes.io/service-account.name";
        if (type == "kubernetes.io/service-account-token" && string.IsNullOrEmpty(obj.Child("metadata", "annotations").Text(account)))
        {
            errors.Add(FieldError.Required($"metadata.annotations[{account}]"));
        }
    }

    private static bool IsJson(string? base64)
    {
        try
        {
            using JsonDocument _ = JsonDocument.Parse(Convert.FromBase64String(base64 ?? ""));
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return false;
        }
    }
}
