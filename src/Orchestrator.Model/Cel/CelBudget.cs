namespace Orchestrator.Model.Cel;

/// <summary>
/// What evaluations may cost, counted as they run: in steps, elements looked at, and tenths of characters. It bounds time and, since everything
/// that is built is paid for, memory. Once it is used up no evaluation goes on.
/// </summary>
public sealed class CelBudget
{
    /// <summary>What one expression may cost, as in Kubernetes.</summary>
    public const long PerExpression = 1_000_000;

    /// <summary>What all expressions about one object may cost, as in Kubernetes.</summary>
    public const long PerObject = 10_000_000;

    private long _expression;
    private long _total = PerObject;

    /// <summary>True once the current expression, or all of them together, cost too much.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>True once all of them together cost too much.</summary>
    public bool IsTotalExhausted => _total < 0;

    /// <summary>Starts the next expression.</summary>
    internal void Begin()
    {
        _expression = PerExpression;
        IsExhausted = IsTotalExhausted;
    }

    /// <summary>Pays; false where that is too much.</summary>
    internal bool Spend(long cost)
    {
        if (IsExhausted)
        {
            return false;
        }

        _expression -= cost;
        _total -= cost;
        IsExhausted = _expression < 0 || _total < 0;
        return !IsExhausted;
    }

    /// <summary>Pays for going through a text, or making one.</summary>
    internal bool SpendText(long characters) => Spend((characters / 10) + 1);
}
