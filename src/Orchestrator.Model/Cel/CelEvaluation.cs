using Orchestrator.Model.Cel.Functions;
using Orchestrator.Model.Cel.Syntax;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel;

/// <summary>Values of the variables that can be seen, the innermost first.</summary>
internal sealed record CelBinding(string Name, object? Value, CelBinding? Outer);

/// <summary>
/// Evaluates a checked expression by walking its tree (cel-spec, "Evaluation"). Errors are values; the budget ends a walk that costs too much, and no
/// operator can absorb that.
/// </summary>
internal sealed class CelEvaluation(CelBudget budget)
{
    public static readonly CelError TooExpensive = new("the expression costs more than it may");

    public object? Run(CelNode node, CelBinding? scope)
    {
        if (!budget.Spend(1))
        {
            return TooExpensive;
        }

        object? result = node switch
        {
            CelLiteral literal => literal.Value,
            CelVariable variable => Variable(variable.Name, scope),
            CelSelect select => Select(select, scope),
            CelHas has => Has(has, scope),
            CelIndex index => Index(index, scope),
            CelCall call => Call(call, scope),
            CelJunction junction => Junction(junction, scope),
            CelConditional conditional => Conditional(conditional, scope),
            CelListNode list => List(list, scope),
            CelMapNode map => Map(map, scope),
            CelComprehension loop => new CelLoopEvaluation(this, budget, loop, scope).Run(),
            CelBind bind => Run(bind.Value, scope) is var value && value is CelError ? value : Run(bind.Body, new CelBinding(bind.Name, value, scope)),
            CelOptionalMap map => OptionalMap(map, scope),
            _ => CelError.NoOverload,
        };
        return budget.IsExhausted ? TooExpensive : result;
    }

    private static object? Variable(string name, CelBinding? scope)
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
            {
                return scope.Value;
            }
        }

        return new CelError($"no such attribute: {name}");
    }

    private object? Select(CelSelect select, CelBinding? scope) =>
        Run(select.Operand, scope) is var operand && operand is CelError ? operand : Member(operand, select.Field, select.IsOptional);

    private object? Index(CelIndex index, CelBinding? scope)
    {
        object? operand = Run(index.Operand, scope);
        object? key = operand is CelError ? null : Run(index.Key, scope);
        return operand is CelError ? operand : key is CelError ? key : Member(operand, key, index.IsOptional);
    }

    /// <summary>The member of a list, map or object; of an optional one an optional of it.</summary>
    private static object? Member(object? operand, object? key, bool isOptional)
    {
        if (operand is CelOptional optional)
        {
            return optional.HasValue ? Member(optional.Value, key, isOptional: true) : optional;
        }

        object? found = operand switch
        {
            CelMap map => map.TryGet(key, out object? value) ? value : new CelError($"no such key: {key}"),
            CelList list when CelMap.Normal(key) is long i => i >= 0 && i < list.Count ? list[(int)i] : new CelError($"index out of bounds: {i}"),
            _ => CelError.NoOverload,
        };
        return !isOptional ? found : found is CelError error ? (ReferenceEquals(error, CelError.NoOverload) ? error : CelOptional.None) : CelOptional.Of(found);
    }

    private object? Has(CelHas has, CelBinding? scope) => Run(has.Operand, scope) switch
    {
        CelError error => error,
        CelOptional { HasValue: false } => false,
        CelOptional optional => optional.Value is CelMap inner && inner.TryGet(has.Field, out object? _),
        CelMap map => map.TryGet(has.Field, out object? _),
        _ => CelError.NoOverload,
    };

    private object? Call(CelCall call, CelBinding? scope)
    {
        object?[] arguments = new object?[call.Arguments.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Run(call.Arguments[i], scope);
            if (arguments[i] is CelError)
            {
                return arguments[i];
            }
        }

        foreach (CelOverload overload in call.Overloads)
        {
            if (overload.Takes(arguments))
            {
                return overload.Run(arguments, budget);
            }
        }

        return CelError.NoOverload;
    }

    private object? Junction(CelJunction junction, CelBinding? scope)
    {
        object? error = null;
        foreach (CelNode term in junction.Terms)
        {
            object? value = Run(term, scope);
            if (value is bool flag)
            {
                if (flag != junction.IsAnd)
                {
                    return flag;
                }
            }
            else
            {
                error ??= value is CelError ? value : CelError.NoOverload;
            }
        }

        return error ?? junction.IsAnd;
    }

    private object? Conditional(CelConditional conditional, CelBinding? scope) => Run(conditional.Test, scope) switch
    {
        true => Run(conditional.Yes, scope),
        false => Run(conditional.No, scope),
        CelError error => error,
        _ => CelError.NoOverload,
    };

    private object? List(CelListNode list, CelBinding? scope)
    {
        List<object?> items = [];
        foreach ((CelNode item, bool isOptional) in list.Items)
        {
            object? value = Run(item, scope);
            if (value is CelError || (isOptional && value is not CelOptional))
            {
                return value is CelError ? value : CelError.NoOverload;
            }

            if (!isOptional || ((CelOptional)value!).HasValue)
            {
                items.Add(isOptional ? ((CelOptional)value!).Value : value);
            }
        }

        return new CelArray(items);
    }

    private object? Map(CelMapNode map, CelBinding? scope)
    {
        Dictionary<object, object?> entries = [];
        foreach ((CelNode keyNode, CelNode valueNode, bool isOptional) in map.Entries)
        {
            object? key = CelMap.Normal(Run(keyNode, scope));
            object? value = Run(valueNode, scope);
            if (key is CelError || value is CelError)
            {
                return key is CelError ? key : value;
            }

            if (key is not (string or long or ulong or bool) || (isOptional && value is not CelOptional))
            {
                return new CelError("unsupported key type");
            }

            if ((!isOptional || ((CelOptional)value!).HasValue) && !entries.TryAdd(key, isOptional ? ((CelOptional)value!).Value : value))
            {
                return new CelError($"Failed with repeated key: {key}");
            }
        }

        return new CelDictionary(entries);
    }

    private object? OptionalMap(CelOptionalMap map, CelBinding? scope)
    {
        switch (Run(map.Operand, scope))
        {
            case CelError error:
                return error;
            case CelOptional { HasValue: true } optional:
                object? value = Run(map.Step, new CelBinding(map.Name, optional.Value, scope));
                return value is CelError || map.IsFlat ? value : CelOptional.Of(value);
            case CelOptional:
                return CelOptional.None;
            default:
                return CelError.NoOverload;
        }
    }
}
