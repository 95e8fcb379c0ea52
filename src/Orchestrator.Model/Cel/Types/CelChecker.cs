using Orchestrator.Model.Cel.Functions;
using Orchestrator.Model.Cel.Syntax;

namespace Orchestrator.Model.Cel.Types;

/// <summary>
/// Checks an expression before it is ever evaluated (cel-spec, "Type Checking"): names must be known, fields declared, and for every call there must be
/// an overload that may take its arguments. What is known only later is dyn, and passes.
/// </summary>
internal sealed class CelChecker
{
    /// <summary>The first fault; null for none.</summary>
    public (int Position, string Message)? Fault { get; private set; }

    /// <summary>The node with its overloads chosen, and its type.</summary>
    public (CelNode Node, CelType Type) Check(CelNode node, CelScope? scope) => node switch
    {
        CelLiteral literal => (literal, CelType.Of(Values.CelValue.KindOf(literal.Value))),
        CelVariable variable => Variable(variable, scope),
        CelSelect select => Select(select, scope),
        CelHas has => Has(has, scope),
        CelIndex index => Index(index, scope),
        CelCall call => Call(call, scope),
        CelJunction junction => Junction(junction, scope),
        CelConditional conditional => Conditional(conditional, scope),
        CelListNode list => List(list, scope),
        CelMapNode map => Map(map, scope),
        CelComprehension loop => Comprehension(loop, scope),
        CelBind bind => Bind(bind, scope),
        CelOptionalMap map => OptionalMap(map, scope),
        _ => Fail(node, "unknown expression"),
    };

    private (CelNode, CelType) Fail(CelNode node, string message)
    {
        Fault ??= (node.Position, message);
        return (node, CelType.Dyn);
    }

    private (CelNode, CelType) Variable(CelVariable variable, CelScope? scope)
    {
        if (CelScope.Find(scope, variable.Name) is { } type)
        {
            return (variable, type);
        }

        return CelScope.TypeNamed(scope, variable) is { } named
            ? (new CelLiteral(named, variable.Position), CelType.Of(CelKind.Type))
            : Fail(variable, $"undeclared reference to '{variable.Name}' (in container '')");
    }

    private (CelNode, CelType) Select(CelSelect select, CelScope? scope)
    {
        if (CelScope.TypeNamed(scope, select) is { } named)
        {
            return (new CelLiteral(named, select.Position), CelType.Of(CelKind.Type));
        }

        (CelNode operand, CelType type) = Check(select.Operand, scope);
        CelType field = Field(select, type, select.Field);
        return (select with { Operand = operand }, select.IsOptional && field.Kind != CelKind.Optional ? CelType.OptionalOf(field) : field);
    }

    private (CelNode, CelType) Has(CelHas has, CelScope? scope)
    {
        (CelNode operand, CelType type) = Check(has.Operand, scope);
        Field(has, type, has.Field);
        return (has with { Operand = operand }, CelType.Bool);
    }

    private CelType Field(CelNode node, CelType type, string field)
    {
        switch (type.Kind)
        {
            case CelKind.Dyn:
                return CelType.Dyn;
            case CelKind.Map:
                return type.Parameters[1];
            case CelKind.Object when type.Shape!.Fields.TryGetValue(field, out (string JsonName, CelShape Shape) declared):
                return declared.Shape.Type;
            case CelKind.Object:
                Fail(node, $"undefined field '{field}'");
                return CelType.Dyn;
            case CelKind.Optional:
                return CelType.OptionalOf(Field(node, type.Parameters[0], field));
            default:
                Fail(node, $"type '{type}' does not support field selection");
                return CelType.Dyn;
        }
    }

    private (CelNode, CelType) Index(CelIndex index, CelScope? scope)
    {
        (CelNode operand, CelType type) = Check(index.Operand, scope);
        (CelNode key, CelType keyType) = Check(index.Key, scope);
        CelType element = Element(index, type, keyType);
        bool isWrapped = index.IsOptional && type.Kind != CelKind.Optional;
        return (index with { Operand = operand, Key = key }, isWrapped ? CelType.OptionalOf(element) : element);
    }

    private CelType Element(CelIndex index, CelType type, CelType key)
    {
        switch (type.Kind)
        {
            case CelKind.Dyn:
                return CelType.Dyn;
            case CelKind.List when key.Kind is CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Dyn:
                return type.Parameters[0];
            case CelKind.Map when key.Kind == CelKind.Dyn || type.Parameters[0].Kind == CelKind.Dyn || key.Kind == type.Parameters[0].Kind:
                return type.Parameters[1];
            case CelKind.Optional:
                return CelType.OptionalOf(Element(index, type.Parameters[0], key));
            default:
                Fail(index, $"found no matching overload for '_[_]' applied to '({type}, {key})'");
                return CelType.Dyn;
        }
    }

    private (CelNode, CelType) Call(CelCall call, CelScope? scope)
    {
        // "sets.contains(a, b)" looks like a call of a member until it is known that there is no variable "sets".
        if (call.IsMember && CelScope.PathOf(call.Arguments[0]) is { } path && CelScope.Find(scope, path.Split('.')[0]) is null
            && CelLibrary.Of($"{path}.{call.Function}").Count > 0)
        {
            call = call with { Function = $"{path}.{call.Function}", IsMember = false, Arguments = [.. call.Arguments.Skip(1)] };
        }

        IReadOnlyList<CelOverload> named = [.. CelLibrary.Of(call.Function).Where(o => o.Signature.IsMember == call.IsMember)];
        if (named.Count == 0)
        {
            return Fail(call, $"undeclared reference to '{call.Function}' (in container '')");
        }

        List<(CelNode Node, CelType Type)> arguments = [.. call.Arguments.Select(a => Check(a, scope))];
        return Resolve(call, named, arguments);
    }

    private (CelNode, CelType) Resolve(CelCall call, IReadOnlyList<CelOverload> named, List<(CelNode Node, CelType Type)> arguments)
    {
        CelType[] types = [.. arguments.Select(a => a.Type)];
        List<CelOverload> fitting = [];
        CelType? result = null;
        foreach (CelOverload overload in named)
        {
            if (overload.Signature.Accepts(types, out CelType one))
            {
                fitting.Add(overload);
                result = result is null ? one : CelType.Join(result, one);
            }
        }

        if (result is null)
        {
            string applied = call.IsMember ? $"{types[0]}.({string.Join(", ", types.Skip(1))})" : $"({string.Join(", ", types.AsEnumerable())})";
            return Fail(call, $"found no matching overload for '{call.Function}' applied to '{applied}'");
        }

        List<CelNode> nodes = [.. arguments.Select(a => a.Node)];
        Precompile(call, nodes);
        return (call with { Arguments = nodes, Overloads = fitting }, result);
    }

    /// <summary>Compiles the regular expression that stands in an expression, once.</summary>
    private void Precompile(CelCall call, List<CelNode> arguments)
    {
        if (call.Function is not ("matches" or "find" or "findAll") || arguments.Count < 2 || arguments[1] is not CelLiteral { Value: string pattern })
        {
            return;
        }

        if (PatternFunctions.Precompile(pattern, out string fault) is { } regex)
        {
            arguments[1] = new CelLiteral(regex, arguments[1].Position);
        }
        else
        {
            Fail(arguments[1], $"invalid matches argument: {fault}");
        }
    }

    private (CelNode, CelType) Junction(CelJunction junction, CelScope? scope)
    {
        List<(CelNode Node, CelType Type)> terms = [.. junction.Terms.Select(t => Check(t, scope))];
        if (terms.Exists(t => t.Type.Kind is not (CelKind.Bool or CelKind.Dyn)))
        {
            string sign = junction.IsAnd ? "_&&_" : "_||_";
            return Fail(junction, $"found no matching overload for '{sign}' applied to '({string.Join(", ", terms.Select(t => t.Type))})'");
        }

        return (junction with { Terms = [.. terms.Select(t => t.Node)] }, CelType.Bool);
    }

    private (CelNode, CelType) Conditional(CelConditional conditional, CelScope? scope)
    {
        (CelNode test, CelType type) = Check(conditional.Test, scope);
        (CelNode yes, CelType yesType) = Check(conditional.Yes, scope);
        (CelNode no, CelType noType) = Check(conditional.No, scope);
        return type.Kind is CelKind.Bool or CelKind.Dyn
            ? (conditional with { Test = test, Yes = yes, No = no }, CelType.Join(yesType, noType))
            : Fail(conditional, $"found no matching overload for '_?_:_' applied to '({type}, {yesType}, {noType})'");
    }

    private (CelNode, CelType) List(CelListNode list, CelScope? scope)
    {
        CelType? element = null;
        List<(CelNode, bool)> items = [];
        foreach ((CelNode item, bool isOptional) in list.Items)
        {
            (CelNode node, CelType type) = Check(item, scope);
            type = isOptional && type.Kind == CelKind.Optional ? type.Parameters[0] : type;
            element = element is null ? type : CelType.Join(element, type);
            items.Add((node, isOptional));
        }

        return (list with { Items = items }, CelType.ListOf(element ?? CelType.Dyn));
    }

    private (CelNode, CelType) Map(CelMapNode map, CelScope? scope)
    {
        CelType? key = null;
        CelType? value = null;
        List<(CelNode, CelNode, bool)> entries = [];
        foreach ((CelNode keyNode, CelNode valueNode, bool isOptional) in map.Entries)
        {
            (CelNode k, CelType keyType) = Check(keyNode, scope);
            (CelNode v, CelType valueType) = Check(valueNode, scope);
            valueType = isOptional && valueType.Kind == CelKind.Optional ? valueType.Parameters[0] : valueType;
            key = key is null ? keyType : CelType.Join(key, keyType);
            value = value is null ? valueType : CelType.Join(value, valueType);
            entries.Add((k, v, isOptional));
        }

        return (map with { Entries = entries }, CelType.MapOf(key ?? CelType.Dyn, value ?? CelType.Dyn));
    }

    private (CelNode, CelType) Comprehension(CelComprehension loop, CelScope? scope)
    {
        (CelNode range, CelType type) = Check(loop.Range, scope);
        if (type.Kind is not (CelKind.List or CelKind.Map or CelKind.Dyn))
        {
            return Fail(loop.Range, $"expression of type '{type}' cannot be range of a comprehension (must be list, map, or dynamic)");
        }

        CelType key = type.Kind == CelKind.Map ? type.Parameters[0] : type.Kind == CelKind.List ? CelType.Int : CelType.Dyn;
        CelType value = type.Kind == CelKind.Map ? type.Parameters[1] : type.Kind == CelKind.List ? type.Parameters[0] : CelType.Dyn;
        CelType first = loop.Second is null && type.Kind == CelKind.List ? value : key;
        var inner = new CelScope(loop.First, first, scope);
        inner = loop.Second is null ? inner : new CelScope(loop.Second, value, inner);
        CelNode? condition = loop.Condition is null ? null : Test(loop.Condition, inner);
        bool isTest = loop.Loop is CelLoop.All or CelLoop.Exists or CelLoop.ExistsOne or CelLoop.Filter;
        (CelNode step, CelType stepType) = isTest ? (Test(loop.Step, inner), CelType.Bool) : Check(loop.Step, inner);
        CelType result = loop.Loop switch
        {
            CelLoop.Filter => CelType.ListOf(first),
            CelLoop.List => CelType.ListOf(stepType),
            CelLoop.Map => CelType.MapOf(key, stepType),
            _ => CelType.Bool,
        };
        return (loop with { Range = range, Condition = condition, Step = step }, result);
    }

    private CelNode Test(CelNode node, CelScope? scope)
    {
        (CelNode test, CelType type) = Check(node, scope);
        if (type.Kind is not (CelKind.Bool or CelKind.Dyn))
        {
            Fail(node, $"expected type 'bool' but found '{type}'");
        }

        return test;
    }

    private (CelNode, CelType) Bind(CelBind bind, CelScope? scope)
    {
        (CelNode value, CelType type) = Check(bind.Value, scope);
        (CelNode body, CelType result) = Check(bind.Body, new CelScope(bind.Name, type, scope));
        return (bind with { Value = value, Body = body }, result);
    }

    private (CelNode, CelType) OptionalMap(CelOptionalMap map, CelScope? scope)
    {
        (CelNode operand, CelType type) = Check(map.Operand, scope);
        if (type.Kind is not (CelKind.Optional or CelKind.Dyn))
        {
            return Fail(map, $"found no matching overload for 'optMap' applied to '{type}'");
        }

        CelType value = type.Kind == CelKind.Optional ? type.Parameters[0] : CelType.Dyn;
        (CelNode step, CelType result) = Check(map.Step, new CelScope(map.Name, value, scope));
        return (map with { Operand = operand, Step = step }, map.IsFlat ? result : CelType.OptionalOf(result));
    }
}
