using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Cel;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.CustomResources;

/// <summary>
/// The rules of one place of a schema and of those below it, compiled; places without any are left out. Evaluates them on objects, with <c>self</c>
/// and <c>oldSelf</c>.
/// </summary>
internal sealed class ObjectRules
{
    private readonly CelShape _shape;
    private readonly CompiledRule[] _rules;
    private readonly FrozenDictionary<string, ObjectRules> _fields;
    private readonly ObjectRules? _values;
    private readonly ObjectRules? _items;

    private ObjectRules(CelShape shape)
    {
        _shape = shape;
        // A rule that does not compile has been refused with its definition.
        _rules = [.. shape.Schema.Rules.Select(r => CompiledRule.TryCompile(r, shape, out _, out _)).OfType<CompiledRule>()];
        _fields = shape.Properties
            .Select(p => (p.Key, Rules: Of(p.Value)))
            .Where(f => f.Rules is not null)
            .ToFrozenDictionary(f => f.Key, f => f.Rules!, StringComparer.Ordinal);
        _values = shape.Values is { } values ? Of(values) : null;
        _items = shape.Items is { } items ? Of(items) : null;
    }

    private bool Any => _rules.Length > 0 || _fields.Count > 0 || _values is not null || _items is not null;

    /// <summary>The rules of a schema of whole objects; null for none.</summary>
    public static ObjectRules? Of(JsonSchema schema) => Of(CelShape.Of(schema, isRoot: true));

    /// <param name="obj">An object that its schema allows.</param>
    /// <param name="old">The stored object on update, else null.</param>
    /// <param name="errors">Receives the errors.</param>
    public void Run(JsonObject obj, JsonObject? old, ICollection<FieldError> errors) => Run(obj, old, "", new CelBudget(), errors);

    private static ObjectRules? Of(CelShape shape) => new ObjectRules(shape) is { Any: true } rules ? rules : null;

    private void Run(JsonNode? node, JsonNode? old, string path, CelBudget budget, ICollection<FieldError> errors)
    {
        // Null in a nullable field is no value.
        if (node is null)
        {
            return;
        }

        foreach (CompiledRule rule in _rules)
        {
            if (budget.IsTotalExhausted)
            {
                return;
            }

            if (old is not null || !rule.IsAboutChanges)
            {
                Evaluate(rule, node, old, path, budget, errors);
            }
        }

        switch (node)
        {
            case JsonObject members:
                RunMembers(members, old as JsonObject, path, budget, errors);
                break;
            case JsonArray items when _items is not null:
                for (int i = 0; i < items.Count; i++)
                {
                    _items.Run(items[i], Counterpart(items[i], old as JsonArray), string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), budget, errors);
                }

                break;
        }
    }

    private void RunMembers(JsonObject members, JsonObject? old, string path, CelBudget budget, ICollection<FieldError> errors)
    {
        foreach ((string name, JsonNode? value) in members)
        {
            if (_fields.TryGetValue(name, out ObjectRules? field))
            {
                field.Run(value, old?[name], path.Length == 0 ? name : $"{path}.{name}", budget, errors);
            }
            else if (_values is not null && !_shape.Schema.Properties.ContainsKey(name))
            {
                _values.Run(value, old?[name], $"{path}[{name}]", budget, errors);
            }
        }
    }

    /// <summary>The old element with the same keys.</summary>
    private JsonNode? Counterpart(JsonNode? item, JsonArray? old) =>
        old is null || _shape.Schema.ListType != ListType.Map || item is not JsonObject wanted
            ? null
            : old.FirstOrDefault(o => o is JsonObject candidate && _shape.Schema.ListMapKeys.All(k => JsonNode.DeepEquals(candidate[k], wanted[k])));

    private void Evaluate(CompiledRule rule, JsonNode node, JsonNode? old, string path, CelBudget budget, ICollection<FieldError> errors)
    {
        object? before = old is null ? null : JsonValues.Of(old, _shape);
        if (rule.Rule.OptionalOldSelf)
        {
            before = old is null ? CelOptional.None : CelOptional.Of(before);
        }

        (string, object?)[] variables = [("self", JsonValues.Of(node, _shape)), ("oldSelf", before)];
        object? result = rule.Expression.Evaluate(variables, budget);
        if (result is true)
        {
            return;
        }

        if (budget.IsTotalExhausted)
        {
            errors.Add(Error("FieldValueInvalid", path, "validation failed due to running out of cost budget, no further validation rules will be run"));
        }
        else if (result is not false)
        {
            string why = budget.IsExhausted ? "call cost exceeds limit" : (result as CelError)?.Message ?? "the result is no boolean";
            errors.Add(Error("FieldValueInvalid", path, $"{why} evaluating rule: {Shown(rule.Rule)}"));
        }
        else if (rule.Expression.Reads("oldSelf") || old is null || !JsonNode.DeepEquals(node, old))
        {
            // What was stored before the rule came is let be until it is changed, as Kubernetes does.
            errors.Add(Error(rule.Rule.Reason, path + rule.Rule.FieldPath, MessageOf(rule, variables, budget)));
        }
    }

    private static string MessageOf(CompiledRule rule, (string, object?)[] variables, CelBudget budget)
    {
        if (rule.Message?.Evaluate(variables, budget) is string text && !string.IsNullOrWhiteSpace(text) && text.Length <= 5120 && !text.Contains('\n', StringComparison.Ordinal))
        {
            return text.Trim();
        }

        return Shown(rule.Rule);
    }

    private static string Shown(SchemaRule rule) => rule.Message.Length > 0 ? rule.Message : $"failed rule: {rule.Expression.Trim()}";

    /// <summary>Kubernetes names the type of the value, not the value.</summary>
    private FieldError Error(string reason, string path, string message)
    {
        string at = path.Length == 0 ? "<nil>" : path.TrimStart('.');
        string type = _shape.Schema.Type;
        return reason switch
        {
            "FieldValueForbidden" => FieldError.Forbidden(at, message),
            "FieldValueRequired" => FieldError.Required(at, message),
            "FieldValueDuplicate" => FieldError.Duplicate(at, type),
            _ => FieldError.Invalid(at, type, message),
        };
    }
}
