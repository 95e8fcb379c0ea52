using Orchestrator.Scheduling.Lifetimes;

namespace Orchestrator.Load.Traces;

/// <summary>What came of a run.</summary>
/// <param name="HostDays">The integral of busy hosts over the window.</param>
/// <param name="LeastHostDays">The integral of the hosts that would do if machines could be cut.</param>
/// <param name="Arrivals">Machines that came.</param>
/// <param name="Moves">Machines that were moved.</param>
internal sealed record AzureVmOutcome(double HostDays, double LeastHostDays, int Arrivals, int Moves)
{
    public double Ratio => HostDays / LeastHostDays;
}

/// <summary>One run over the trace: in the order of time, departures before arrivals, moves after the departures of a moment.</summary>
internal static class AzureVmRun
{
    /// <param name="trace">The machines.</param>
    /// <param name="options">How they are packed.</param>
    /// <param name="moveShare">At every moment, at most this part of the arrivals so far have been moved.</param>
    /// <param name="cancel">Cancellation.</param>
    public static AzureVmOutcome Run(IReadOnlyList<AzureVm> trace, PackingOptions options, double moveShare, CancellationToken cancel)
    {
        var packer = new HostPacker(options);
        var present = new Dictionary<int, PackedMachine>();
        var (hostDays, leastDays, at) = (0d, 0d, 0d);
        var (arrivals, moves) = (0, 0);
        long cpu = 0, memory = 0;
        void Advance(double to)
        {
            var days = Math.Min(to, AzureVmTrace.WindowDays) - at;
            if (days > 0)
            {
                hostDays += packer.BusyHosts * days;
                leastDays += Math.Max(Ceiling(cpu, options.HostCpu), Ceiling(memory, options.HostMemory)) * days;
                at += days;
            }
        }

        foreach (var moment in Events(trace).TakeWhile(e => e.Days <= AzureVmTrace.WindowDays).GroupBy(e => e.Days))
        {
            cancel.ThrowIfCancellationRequested();
            Advance(moment.Key);
            foreach (var (_, isArrival, number) in moment)
            {
                var machine = trace[number];
                var sign = isArrival ? 1 : -1;
                (cpu, memory) = (cpu + (sign * machine.Cpu), memory + (sign * machine.Memory));
                if (isArrival)
                {
                    present.Add(number, new PackedMachine(machine.Cpu, machine.Memory, machine.StartDays));
                    packer.Add(present[number], moment.Key);
                    arrivals++;
                }
                else if (present.Remove(number, out var gone))
                {
                    packer.Remove(gone, moment.Key);
                }
            }

            if (moveShare > 0 && moment.Key >= 0 && moment.Any(e => !e.IsArrival))
            {
                moves += packer.EmptyHosts((int)(moveShare * arrivals) - moves, moment.Key);
            }
        }

        Advance(AzureVmTrace.WindowDays);
        return new AzureVmOutcome(hostDays, leastDays, arrivals, moves);
    }

    private static long Ceiling(long amount, long size) => (amount + size - 1) / size;

    private static IEnumerable<(double Days, bool IsArrival, int Number)> Events(IReadOnlyList<AzureVm> trace) => trace
        .SelectMany((m, i) => ((double Days, bool IsArrival, int Number)[])[(m.StartDays, true, i), (m.EndDays, false, i)])
        .OrderBy(e => e.Days)
        .ThenBy(e => e.IsArrival);
}
