using System.Globalization;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.CustomResources;

/// <summary>
/// Checks the rules (<c>x-kubernetes-validations</c>) of a definition's schema when it is written: they must compile against the schema. To take a rule
/// and not enforce it would let through what its author forbids.
/// </summary>
internal sealed class RuleDefinitions(ICollection<FieldError> errors)
{
    private const int MaxMessageLength = 2048;

    private static readonly string[] Reasons = ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"];

    /// <summary>Checks the schema of whole objects, which must be structural.</summary>
    public static void Check(JsonSchema schema, string path, ICollection<FieldError> errors) =>
        new RuleDefinitions(errors).Check(CelShape.Of(schema, isRoot: true), path, uncorrelated: null);

    /// <param name="shape">A place of the schema.</param>
    /// <param name="path">Its path.</param>
    /// <param name="uncorrelated">Path below which values cannot be told which old value they had; null for none.</param>
    private void Check(CelShape shape, string path, string? uncorrelated)
    {
        JsonSchema schema = shape.Schema;
        for (int i = 0; i < schema.Rules.Count; i++)
        {
            CheckRule(schema.Rules[i], shape, string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-validations[{i}]"), uncorrelated);
        }

        string? below = uncorrelated ?? (schema.IsAtomicMap ? path : null);
        foreach ((string name, CelShape property) in shape.Properties)
        {
            Check(property, $"{path}.properties[{name}]", below);
        }

        if (shape.Values is { } values)
        {
            Check(values, $"{path}.additionalProperties", below);
        }

        // Elements have an old value only where keys tell which.
        if (shape.Items is { } items)
        {
            Check(items, $"{path}.items", uncorrelated ?? (schema.ListType == ListType.Map ? null : path));
        }
    }

    private void CheckRule(SchemaRule rule, CelShape shape, string path, string? uncorrelated)
    {
        CheckTexts(rule, path);
        if (string.IsNullOrWhiteSpace(rule.Expression))
        {
            errors.Add(FieldError.Required($"{path}.rule", "rule is not specified"));
            return;
        }

        CompiledRule? compiled = CompiledRule.TryCompile(rule, shape, out string fault, out string messageFault);
        if (fault.Length > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.rule", rule.Expression, fault));
        }

        if (messageFault.Length > 0)
        {
            errors.Add(FieldError.Invalid($"{path}.messageExpression", rule.MessageExpression, messageFault));
        }

        if (uncorrelated is not null && compiled is not null && (compiled.Expression.Reads("oldSelf") || compiled.Message?.Reads("oldSelf") == true))
        {
            errors.Add(FieldError.Invalid(
                $"{path}.rule", rule.Expression, $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelated}"));
        }

        if (rule.OptionalOldSelf && compiled?.Expression.Reads("oldSelf") == false)
        {
            errors.Add(FieldError.Invalid($"{path}.optionalOldSelf", true, "may not be set if oldSelf is not used in rule"));
        }
    }

    private void CheckTexts(SchemaRule rule, string path)
    {
        if (rule.Message.Length > 0 && string.IsNullOrWhiteSpace(rule.Message))
        {
            errors.Add(FieldError.Invalid($"{path}.message", rule.Message, "message must be non-empty if specified"));
        }
        else if (rule.Message.Contains('\n', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid($"{path}.message", rule.Message, "message must not contain line breaks"));
        }
        else if (rule.Message.Length > MaxMessageLength)
        {
            errors.Add(FieldError.Invalid($"{path}.message", rule.Message[..10] + "...", $"message must have a maximum length of {MaxMessageLength} characters"));
        }
        else if (rule.Message.Length == 0 && rule.Expression.Trim().Contains('\n', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Required($"{path}.message", "message must be specified if rule contains line breaks"));
        }

        if (rule.Reason.Length > 0)
        {
            errors.CheckOneOf($"{path}.reason", rule.Reason, Reasons);
        }

        if (rule.FieldPath.Length > 0 && rule.FieldPath[0] is not ('.' or '['))
        {
            errors.Add(FieldError.Invalid($"{path}.fieldPath", rule.FieldPath, "must be a path from the value, such as .name or ['name']"));
        }
    }
}
