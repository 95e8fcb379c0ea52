using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orchestrator.Scheduling.Devices;

/// <summary>
/// What is free on a node: all that decides which workloads still fit. Nodes in equal states are interchangeable, so that values and scores are
/// kept per state.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct NodeDevices(int model, long cpuMilli, long memoryMib, int deviceCount, DeviceResiduals residuals) : IEquatable<NodeDevices>
{
    // A field, not a property, since a span of it is handed out.
    private readonly DeviceResiduals _residuals = residuals;

    /// <summary>Model of its devices (<see cref="ModelCatalog"/>).</summary>
    public int Model { get; } = model;

    /// <summary>Free CPU, thousandths.</summary>
    public long CpuMilli { get; } = cpuMilli;

    /// <summary>Free memory, MiB.</summary>
    public long MemoryMib { get; } = memoryMib;

    /// <summary>Devices it has.</summary>
    public int DeviceCount { get; } = deviceCount;

    /// <summary>Free thousandths of each device, ascending.</summary>
    [UnscopedRef]
    public ReadOnlySpan<short> Free => _residuals.Span(DeviceCount);

    public static bool operator ==(in NodeDevices left, in NodeDevices right) => left.Equals(right);

    public static bool operator !=(in NodeDevices left, in NodeDevices right) => !left.Equals(right);

    public override bool Equals(object? obj) => obj is NodeDevices other && Equals(other);

    public bool Equals(NodeDevices other) =>
        Model == other.Model && CpuMilli == other.CpuMilli && MemoryMib == other.MemoryMib && DeviceCount == other.DeviceCount
        && Free.SequenceEqual(other.Free);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Model);
        hash.Add(CpuMilli);
        hash.Add(MemoryMib);
        hash.AddBytes(MemoryMarshal.AsBytes(Free));
        return hash.ToHashCode();
    }

    /// <summary>Whether everything but the devices is there.</summary>
    public bool Admits(in DeviceWorkload workload) =>
        workload.CpuMilli <= CpuMilli && workload.MemoryMib <= MemoryMib
        && (workload.DeviceCount == 0 || (workload.Models >> Model & 1) != 0);

    /// <summary>The state after placing a workload on the devices whose residual is <paramref name="residual"/> (1,000 for whole ones); the caller has checked that it fits.</summary>
    public NodeDevices After(in DeviceWorkload workload, int residual)
    {
        Span<short> free = stackalloc short[DeviceCount];
        Free.CopyTo(free);
        int left = workload.DeviceCount;
        for (int i = 0; i < free.Length && left > 0; i++)
        {
            if (free[i] == residual)
            {
                free[i] -= (short)workload.ShareMilli;
                left--;
            }
        }

        return new NodeDevices(Model, CpuMilli - workload.CpuMilli, MemoryMib - workload.MemoryMib, DeviceCount, DeviceResiduals.Of(free));
    }

    /// <summary>
    /// Writes the ways in which the workload can take this node's devices, as the residual of the device or devices taken: each distinct one that is
    /// large enough for a share; 1,000 where enough whole ones are free; 0 for a workload without devices. Returns their number, 0 where it does not fit.
    /// </summary>
    public int Ways(in DeviceWorkload workload, Span<short> ways)
    {
        if (!Admits(workload))
        {
            return 0;
        }

        if (workload.DeviceCount == 0)
        {
            ways[0] = 0;
            return 1;
        }

        ReadOnlySpan<short> free = Free;
        if (!workload.IsShare)
        {
            ways[0] = DeviceWorkload.WholeMilli;
            return workload.DeviceCount <= free.Length && free[^workload.DeviceCount] == DeviceWorkload.WholeMilli ? 1 : 0;
        }

        int count = 0;
        for (int i = 0; i < free.Length; i++)
        {
            if (free[i] >= workload.ShareMilli && (i == 0 || free[i] != free[i - 1]))
            {
                ways[count++] = free[i];
            }
        }

        return count;
    }
}
