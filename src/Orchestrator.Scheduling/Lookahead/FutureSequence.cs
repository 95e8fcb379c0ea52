using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>A sequence of workloads that may come, prepared for one device model: those that this model cannot serve are left out.</summary>
internal sealed class FutureSequence
{
    private readonly Step[] _steps;

    private FutureSequence(Step[] steps) => _steps = steps;

    public static FutureSequence For(ReadOnlySpan<DeviceWorkload> workloads, int model)
    {
        var steps = new List<Step>(workloads.Length);
        foreach (DeviceWorkload workload in workloads)
        {
            if (workload.DeviceCount == 0 || (workload.Models >> model & 1) != 0)
            {
                steps.Add(new Step(workload.CpuMilli, workload.MemoryMib, workload.DeviceCount, workload.ShareMilli, WorthOf(workload)));
            }
        }

        return new FutureSequence([.. steps]);
    }

    /// <summary>
    /// Device share that a greedy fill of the node would place: each workload in turn, where it fits, shares on the fullest device that has room.
    /// </summary>
    public float Fill(in NodeDevices node)
    {
        long cpu = node.CpuMilli;
        long memory = node.MemoryMib;
        Span<short> free = stackalloc short[node.DeviceCount];
        node.Free.CopyTo(free);
        float worth = 0;
        foreach (ref readonly Step step in _steps.AsSpan())
        {
            if (step.CpuMilli > cpu || step.MemoryMib > memory || !Take(free, step))
            {
                continue;
            }

            cpu -= step.CpuMilli;
            memory -= step.MemoryMib;
            worth += step.Worth;
        }

        return worth;
    }

    // The spans are sorted ascending and stay so.
    private static bool Take(Span<short> free, in Step step)
    {
        if (step.Count == 0)
        {
            return true;
        }

        if (step.Share == DeviceWorkload.WholeMilli)
        {
            int from = free.Length - step.Count;
            if (from < 0 || free[from] != DeviceWorkload.WholeMilli)
            {
                return false;
            }

            // Whole ones are at the end: move the rest up and put the emptied ones first.
            free[..from].CopyTo(free[step.Count..]);
            free[..step.Count].Clear();
            return true;
        }

        int i = 0;
        while (i < free.Length && free[i] < step.Share)
        {
            i++;
        }

        if (i == free.Length)
        {
            return false;
        }

        short rest = (short)(free[i] - step.Share);
        while (i > 0 && free[i - 1] > rest)
        {
            free[i] = free[i - 1];
            i--;
        }

        free[i] = rest;
        return true;
    }

    // Several devices on one node are harder to find than the same number on several: their room is worth keeping.
    private static float WorthOf(in DeviceWorkload workload) =>
        workload.TotalMilli * (workload.DeviceCount > 1 ? 1 + (0.1f * MathF.Log2(workload.DeviceCount) / 3) : 1);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Step(long CpuMilli, long MemoryMib, int Count, int Share, float Worth);
}
