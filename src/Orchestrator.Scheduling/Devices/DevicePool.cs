using Orchestrator.Model.Devices;

namespace Orchestrator.Scheduling.Devices;

/// <summary>The devices of one resource on one node, and what is free of each. Changed only by the cluster state that it belongs to.</summary>
/// <param name="resource">The resource.</param>
/// <param name="ids">Per device its id.</param>
/// <param name="models">Per device its model's id in <see cref="Cluster.ClusterState.DeviceModels"/>.</param>
public sealed class DevicePool(string resource, string[] ids, int[] models)
{
    // Below 0 where somebody bound more than there is.
    private readonly int[] _free = NewlyFree(ids.Length);

    public string Resource => resource;

    public int Count => ids.Length;

    public ReadOnlySpan<string> Ids => ids;

    public ReadOnlySpan<int> Models => models;

    /// <summary>Free thousandths of each device.</summary>
    public ReadOnlySpan<int> Free => _free;

    /// <summary>Whether the demand can be met.</summary>
    public bool Fits(DeviceDemand demand) => Eligible(demand) >= demand.Count;

    /// <summary>Devices that are of a model that will do and have enough free.</summary>
    public int Eligible(DeviceDemand demand)
    {
        ArgumentNullException.ThrowIfNull(demand);
        int eligible = 0;
        for (int i = 0; i < _free.Length; i++)
        {
            eligible += _free[i] >= demand.ShareMilli && demand.Accepts(models[i]) ? 1 : 0;
        }

        return eligible;
    }

    /// <summary>Devices of a model that will do, free or not.</summary>
    public int OfModel(DeviceDemand demand) => models.Count(demand.Accepts);

    /// <summary>
    /// The devices to take: those with the least free, since fuller ones leave more room whole; among equals the first. Null where the demand cannot be met.
    /// </summary>
    /// <param name="demand">The demand.</param>
    /// <param name="freeMilli">Take devices of which so much is free; -1 for whatever fits best.</param>
    public AssignedDevices? Choose(DeviceDemand demand, int freeMilli = -1)
    {
        ArgumentNullException.ThrowIfNull(demand);
        int[] chosen =
        [
            .. Enumerable.Range(0, _free.Length)
                .Where(i => _free[i] >= demand.ShareMilli && demand.Accepts(models[i]) && (freeMilli < 0 || _free[i] == freeMilli))
                .OrderBy(i => _free[i])
                .Take(demand.Count),
        ];
        Array.Sort(chosen);
        return chosen.Length == demand.Count ? new AssignedDevices(resource, [.. chosen.Select(i => ids[i])]) : null;
    }

    /// <summary>Takes (1) or gives back (-1) so much of each of the devices; those that are gone are passed over.</summary>
    internal void Take(AssignedDevices assigned, int shareMilli, int sign)
    {
        foreach (string id in assigned.Ids)
        {
            int i = Array.IndexOf(ids, id);
            if (i >= 0)
            {
                _free[i] -= sign * shareMilli;
            }
        }
    }

    private static int[] NewlyFree(int count)
    {
        int[] free = new int[count];
        free.AsSpan().Fill(DeviceWorkload.WholeMilli);
        return free;
    }
}
