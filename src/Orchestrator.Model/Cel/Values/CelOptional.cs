namespace Orchestrator.Model.Cel.Values;

/// <summary>A value of an optional type.</summary>
internal sealed class CelOptional
{
    public static readonly CelOptional None = new(null, hasValue: false);

    private CelOptional(object? value, bool hasValue)
    {
        Value = value;
        HasValue = hasValue;
    }

    public bool HasValue { get; }

    public object? Value { get; }

    public static CelOptional Of(object? value) => new(value, hasValue: true);
}
