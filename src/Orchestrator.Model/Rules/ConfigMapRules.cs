using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>Keys, size and immutability of ConfigMaps.</summary>
internal sealed class ConfigMapRules : IKindRules
{
    /// <summary>Most bytes of all values together.</summary>
    internal const int MaxBytes = 1024 * 1024;

    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        JsonObject? text = obj.Child("data");
        JsonObject? binary = obj.Child("binaryData");
        long bytes = 0;
        foreach ((string key, JsonNode? value) in text ?? [])
        {
            errors.Check($"data[{key}]", key, NameRules.ConfigKey);
            bytes += Encoding.UTF8.GetByteCount(value.AsText() ?? "");
            if (value is not null && value.AsText() is null)
            {
                errors.Add(FieldError.TypeInvalid($"data[{key}]", value.ToJsonString(), "must be a string"));
            }

            if (binary?.ContainsKey(key) == true)
            {
                errors.Add(FieldError.Invalid($"data[{key}]", key, "duplicate of key present in binaryData"));
            }
        }

        foreach ((string key, JsonNode? value) in binary ?? [])
        {
            errors.Check($"binaryData[{key}]", key, NameRules.ConfigKey);
            bytes += DecodedLength(value.AsText() ?? "", $"binaryData[{key}]", errors);
        }

        if (bytes > MaxBytes)
        {
            errors.Add(FieldError.TooLong("", MaxBytes));
        }

        Immutability.Validate(obj, old, errors, "data", "binaryData");
    }

    /// <summary>Bytes that a base64 text stands for; adds an error where it is none.</summary>
    internal static int DecodedLength(string base64, string path, ICollection<FieldError> errors)
    {
        if (Base64.IsValid(base64, out int length))
        {
            return length;
        }

        errors.Add(FieldError.TypeInvalid(path, "<hidden>", "must be base64 (RFC 4648)"));
        return 0;
    }
}
