namespace Orchestrator.Model.Validation;

/// <summary>Shorthand for rules: adds an error where a check found one.</summary>
public static class FieldErrors
{
    /// <summary>Adds <see cref="FieldError.Required"/> where the value is null or empty, else <see cref="FieldError.Invalid"/> where the rule finds fault.</summary>
    public static void CheckRequired(this ICollection<FieldError> errors, string path, string? value, Func<string, string?> rule)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        errors.Check(path, value, rule);
    }

    /// <summary>Adds <see cref="FieldError.Invalid"/> where a value that is there breaks the rule.</summary>
    public static void Check(this ICollection<FieldError> errors, string path, string? value, Func<string, string?> rule)
    {
        if (!string.IsNullOrEmpty(value) && rule(value) is { } fault)
        {
            errors.Add(FieldError.Invalid(path, value, fault));
        }
    }

    /// <summary>Adds <see cref="FieldError.NotSupported"/> where a value that is there is not among the allowed ones.</summary>
    public static void CheckOneOf(this ICollection<FieldError> errors, string path, string? value, params ReadOnlySpan<string> allowed)
    {
        if (!string.IsNullOrEmpty(value) && !allowed.Contains(value))
        {
            errors.Add(FieldError.NotSupported(path, value, allowed.ToArray()));
        }
    }

    public static void CheckNotNegative(this ICollection<FieldError> errors, string path, long? value)
    {
        if (value < 0)
        {
            errors.Add(FieldError.Invalid(path, value, "must be greater than or equal to 0"));
        }
    }

    public static void CheckPort(this ICollection<FieldError> errors, string path, long? value)
    {
        if (value is { } port && NameRules.PortNumber(port) is { } fault)
        {
            errors.Add(FieldError.Invalid(path, port, fault));
        }
    }
}
