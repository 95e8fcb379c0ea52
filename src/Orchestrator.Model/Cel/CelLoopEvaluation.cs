using Orchestrator.Model.Cel.Syntax;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel;

/// <summary>Evaluates one macro over the elements of a list, or the keys of a map.</summary>
internal sealed class CelLoopEvaluation(CelEvaluation evaluation, CelBudget budget, CelComprehension loop, CelBinding? scope)
{
    private readonly List<object?> _values = [];
    private readonly Dictionary<object, object?> _entries = [];

    private object? _error;
    private int _matches;

    public object? Run()
    {
        switch (evaluation.Run(loop.Range, scope))
        {
            case CelError error:
                return error;
            case CelList list:
                return RunList(list);
            case CelMap map:
                return RunMap(map);
            default:
                return CelError.NoOverload;
        }
    }

    private object? RunList(CelList list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            object? item = list[i];
            CelBinding inner = loop.Second is null
                ? new CelBinding(loop.First, item, scope)
                : new CelBinding(loop.Second, item, new CelBinding(loop.First, (long)i, scope));
            if (!Step((long)i, item, inner))
            {
                break;
            }
        }

        return Result();
    }

    private object? RunMap(CelMap map)
    {
        foreach (object key in map.Keys)
        {
            object? value = null;
            if (loop.Second is not null)
            {
                map.TryGet(key, out value);
            }

            var inner = new CelBinding(loop.First, key, scope);
            if (!Step(key, key, loop.Second is null ? inner : new CelBinding(loop.Second, value, inner)))
            {
                break;
            }
        }

        return Result();
    }

    /// <summary>One element; false where the rest cannot change the result.</summary>
    private bool Step(object key, object? element, CelBinding inner)
    {
        object? condition = loop.Condition is null ? true : evaluation.Run(loop.Condition, inner);
        if (condition is not true)
        {
            return condition is false || Failed(condition);
        }

        object? value = evaluation.Run(loop.Step, inner);
        if (budget.IsExhausted)
        {
            return Failed(CelEvaluation.TooExpensive);
        }

        switch (loop.Loop)
        {
            case CelLoop.All or CelLoop.Exists:
                return Decide(value);
            case CelLoop.List or CelLoop.Map when value is CelError:
                return Failed(value);
            case CelLoop.List:
                _values.Add(value);
                return true;
            case CelLoop.Map:
                _entries[key] = value;
                return true;
            case var _ when value is not bool:
                return Failed(value);
            case CelLoop.Filter when value is true:
                _values.Add(element);
                return true;
            default:
                _matches += value is true ? 1 : 0;
                return true;
        }
    }

    /// <summary>An element that decides wins over an error of another.</summary>
    private bool Decide(object? value)
    {
        bool deciding = loop.Loop == CelLoop.Exists;
        if (value is bool flag)
        {
            _matches += flag == deciding ? 1 : 0;
            return flag != deciding;
        }

        _error ??= value is CelError ? value : CelError.NoOverload;
        return true;
    }

    private bool Failed(object? value)
    {
        _error = value is CelError ? value : CelError.NoOverload;
        return false;
    }

    private object? Result() => loop.Loop switch
    {
        CelLoop.All => _matches > 0 ? false : _error ?? true,
        CelLoop.Exists => _matches > 0 ? true : _error ?? false,
        CelLoop.ExistsOne => _error ?? _matches == 1,
        CelLoop.Map => _error ?? new CelDictionary(_entries),
        _ => _error ?? new CelArray(_values),
    };
}
