using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Lookahead;

namespace Orchestrator.Load.Traces;

/// <summary>What came of a run.</summary>
/// <param name="Allocated">Devices allocated at the end, as a part of the capacity.</param>
/// <param name="Placed">Workloads placed.</param>
/// <param name="Skipped">Workloads that fitted nowhere.</param>
internal sealed record OpenbOutcome(double Allocated, int Placed, int Skipped);

/// <summary>One run over the trace: arrivals without departures onto empty nodes; what fits nowhere is skipped.</summary>
internal static class OpenbRun
{
    public static OpenbOutcome Run(OpenbTrace trace, IDevicePolicy policy, double demand, Random random, CancellationToken cancel)
    {
        var fleet = new DeviceFleet();
        foreach (OpenbNode node in trace.Nodes)
        {
            fleet.Add(node.Model, node.CpuMilli, node.MemoryMib, node.Devices);
        }

        var placer = new DevicePlacer(fleet, policy);
        long allocated = 0;
        var placed = 0;
        var skipped = 0;
        foreach (DeviceWorkload workload in trace.Arrivals(demand, random))
        {
            cancel.ThrowIfCancellationRequested();
            if (placer.Place(workload) is null)
            {
                skipped++;
                continue;
            }

            placed++;
            allocated += workload.TotalMilli;
        }

        return new OpenbOutcome((double)allocated / trace.CapacityMilli, placed, skipped);
    }
}
