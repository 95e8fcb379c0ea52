using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Load.Results;

/// <summary>A cluster after a run: what of it is used, what of the rest is of no use, and where.</summary>
/// <param name="Nodes">Nodes.</param>
/// <param name="Workloads">Workloads on them.</param>
/// <param name="Resources">Of those that anything asks for.</param>
internal sealed record ClusterPicture(int Nodes, int Workloads, IReadOnlyList<ResourcePicture> Resources)
{
    /// <summary>Cells of a heat map; where there are more nodes, a cell is the mean of some.</summary>
    public const int MostCells = 2_500;

    /// <param name="cluster">The cluster.</param>
    /// <param name="mix">What comes: free room that none of it fits in counts as fragmented, in parts of the mix.</param>
    public static ClusterPicture Of(ClusterState cluster, IReadOnlyList<Workload> mix)
    {
        int[] slots = [.. Enumerable.Range(0, cluster.SlotCount).Where(s => cluster.NameOf(s) is not null)];
        var resources = new List<ResourcePicture>();
        foreach (var column in mix.SelectMany(w => w.Shape.Requests).Select(r => r.Column).Distinct().Where(c => c != ResourceCatalog.Pods).Order())
        {
            double capacity = slots.Sum(s => (double)cluster.Allocatable(column, s));
            double used = slots.Sum(s => (double)cluster.Requested(column, s));
            var useless = mix.Average(w => slots.Where(s => !Fits(cluster, w, s)).Sum(s => (double)Math.Max(0, cluster.Allocatable(column, s) - cluster.Requested(column, s))));
            resources.Add(new ResourcePicture(
                cluster.Resources.NameOf(column),
                capacity > 0 ? RoundRun.Rounded(100 * used / capacity) : 0,
                capacity > used ? RoundRun.Rounded(100 * useless / (capacity - used)) : 0,
                Cells(slots, s => cluster.Allocatable(column, s) is > 0 and var all ? (double)cluster.Requested(column, s) / all : 0)));
        }

        return new ClusterPicture(slots.Length, cluster.PlacedPodCount, resources);
    }

    private static bool Fits(ClusterState cluster, Workload workload, int slot) =>
        Array.TrueForAll(workload.Shape.Requests, r => cluster.Requested(r.Column, slot) + r.Amount <= cluster.Allocatable(r.Column, slot));

    private static int[] Cells(int[] slots, Func<int, double> share)
    {
        var group = Math.Max(1, (slots.Length + MostCells - 1) / MostCells);
        return [.. slots.Chunk(group).Select(chunk => (int)Math.Round(100 * chunk.Average(share)))];
    }
}

/// <param name="Resource">Its name.</param>
/// <param name="UsedPercent">Requested, of what nodes offer.</param>
/// <param name="FragmentedPercent">Of what is free: on nodes where a workload of the mix does not fit.</param>
/// <param name="CellPercents">Requested of each node, or of each group of as many nodes as make the cells few.</param>
internal sealed record ResourcePicture(string Resource, double UsedPercent, double FragmentedPercent, IReadOnlyList<int> CellPercents);
