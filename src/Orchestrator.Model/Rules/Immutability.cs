using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Rules;

/// <summary>Fields that may not change once an object exists.</summary>
internal static class Immutability
{
    /// <summary>Where the old object says <c>immutable: true</c>, neither that nor the named members may change.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors, params ReadOnlySpan<string> members)
    {
        if (old.Flag("immutable") != true)
        {
            return;
        }

        if (obj.Flag("immutable") != true)
        {
            errors.Add(FieldError.Forbidden("immutable", "field is immutable when `immutable` is set"));
        }

        foreach (string member in members)
        {
            if (!Same(obj[member], old![member]))
            {
                errors.Add(FieldError.Forbidden(member, "field is immutable when `immutable` is set"));
            }
        }
    }

    /// <summary>Adds an error where the member at the top level, or below <paramref name="parent"/>, differs from the old object's.</summary>
    public static void ValidateMember(JsonObject obj, JsonObject? old, ICollection<FieldError> errors, string? parent, string member)
    {
        if (old is null)
        {
            return;
        }

        JsonNode? now = parent is null ? obj[member] : obj.Child(parent)?[member];
        JsonNode? before = parent is null ? old[member] : old.Child(parent)?[member];
        if (!Same(now, before))
        {
            string path = parent is null ? member : $"{parent}.{member}";
            errors.Add(FieldError.Invalid(path, now, "field is immutable"));
        }
    }

    private static bool Same(JsonNode? one, JsonNode? other) => (one.IsUnset() && other.IsUnset()) || JsonNode.DeepEquals(one, other);
}
