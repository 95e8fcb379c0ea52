using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Orchestrator.Scheduling.Devices;

/// <summary>What is free of each device of a node, in thousandths, sorted ascending: which device is which does not matter for what still fits.</summary>
[InlineArray(Limit)]
public struct DeviceResiduals
{
    /// <summary>Most devices of one node.</summary>
    public const int Limit = 16;

    private short _first;

    [UnscopedRef]
    public readonly ReadOnlySpan<short> Span(int count) => ((ReadOnlySpan<short>)this)[..count];

    public static DeviceResiduals Of(ReadOnlySpan<short> free)
    {
        DeviceResiduals residuals = default;
        free.CopyTo(residuals);
        ((Span<short>)residuals)[..free.Length].Sort();
        return residuals;
    }
}
