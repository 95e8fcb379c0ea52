using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Lookahead;

/// <summary>Nodes and workloads of a cluster in the few dimensions that lookahead knows.</summary>
internal static class DeviceReading
{
    private const int ModelLimit = 64;
    private const int MebibyteShift = 20;

    /// <summary>Null for a node whose devices cannot be looked ahead on. Of several resources the first counts.</summary>
    public static NodeState? StateOf(ClusterState cluster, int slot)
    {
        ReadOnlySpan<DevicePool> pools = cluster.DevicesOf(slot);
        if (pools.IsEmpty || pools[0].Count > DeviceResiduals.Limit || pools[0].Models.ContainsAnyExcept(pools[0].Models[0]))
        {
            return null;
        }

        DevicePool pool = pools[0];
        Span<short> free = stackalloc short[pool.Count];
        for (int i = 0; i < free.Length; i++)
        {
            free[i] = (short)Math.Clamp(pool.Free[i], 0, DeviceWorkload.WholeMilli);
        }

        return new NodeState(pool.Resource, new NodeDevices(
            Bit(pool.Models[0]), Free(cluster, ResourceCatalog.CpuMilli, slot), Free(cluster, ResourceCatalog.MemoryBytes, slot) >> MebibyteShift, pool.Count, DeviceResiduals.Of(free)));
    }

    public static DeviceWorkload WorkloadOf(WorkloadShape shape, DeviceDemand? demand)
    {
        ulong models = demand is not { Models.Length: > 0 } ? DeviceWorkload.AnyModel : demand.Models.Aggregate(0UL, (mask, model) => mask | (1UL << Bit(model)));
        long memory = Requested(shape, ResourceCatalog.MemoryBytes);
        return new DeviceWorkload(
            Requested(shape, ResourceCatalog.CpuMilli), (memory + (1L << MebibyteShift) - 1) >> MebibyteShift, demand?.Count ?? 0, demand?.ShareMilli ?? 0, models);
    }

    /// <summary>What would be left of a node without devices, by shares of what it has: the tightest fit has the least.</summary>
    public static float SlackWithout(ClusterState cluster, int slot, WorkloadShape shape) =>
        Left(cluster, slot, ResourceCatalog.CpuMilli, shape) + Left(cluster, slot, ResourceCatalog.MemoryBytes, shape);

    private static float Left(ClusterState cluster, int slot, int column, WorkloadShape shape) =>
        (float)(Free(cluster, column, slot) - Requested(shape, column)) / Math.Max(1, cluster.Allocatable(column, slot));

    private static long Free(ClusterState cluster, int column, int slot) =>
        Math.Max(0, cluster.Allocatable(column, slot) - cluster.Requested(column, slot));

    private static long Requested(WorkloadShape shape, int column)
    {
        foreach (ResourceAmount request in shape.Requests)
        {
            if (request.Column == column)
            {
                return request.Amount;
            }
        }

        return 0;
    }

    // Beyond so many models the rest are taken for one: they are told apart by the filters all the same.
    private static int Bit(int model) => Math.Min(model, ModelLimit - 1);
}
