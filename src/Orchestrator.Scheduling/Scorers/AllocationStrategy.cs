using System.Runtime.InteropServices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>A resource that a strategy looks at, and its weight.</summary>
public sealed record WeighedResource(string Name, int Weight);

/// <summary>A score from 0 to <see cref="Scores.Max"/> at a utilisation from 0 to 100; between two points it is in proportion.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct UtilisationPoint(int Utilisation, int Score);

/// <summary>
/// How well does the node's utilisation, with the pod on it, suit a strategy? Kubernetes' <c>scoringStrategy</c> of NodeResourcesFit with resources
/// and weights of the operator's choice. A resource that the node does not have, or an extended one that the pod does not ask for, is left out.
/// </summary>
/// <param name="name">LeastAllocated, MostAllocated or RequestedToCapacityRatio.</param>
/// <param name="resources">At least one.</param>
/// <param name="shape">Points in ascending utilisation, at least one.</param>
public sealed class AllocationStrategy(string name, IReadOnlyList<WeighedResource> resources, IReadOnlyList<UtilisationPoint> shape) : INodeScorer
{
    private static readonly UtilisationPoint[] Falling = [new(0, Scores.Max), new(100, 0)];
    private static readonly UtilisationPoint[] Rising = [new(0, 0), new(100, Scores.Max)];

    public string Name => name;

    public int Weight { get; init; } = 1;

    public static AllocationStrategy LeastAllocated(IReadOnlyList<WeighedResource> resources) => new("LeastAllocated", resources, Falling);

    public static AllocationStrategy MostAllocated(IReadOnlyList<WeighedResource> resources) => new("MostAllocated", resources, Rising);

    public AllocationStrategy Weighing(int weight) => new(name, resources, shape) { Weight = weight };

    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        double sum = 0;
        int weights = 0;
        foreach (WeighedResource resource in resources)
        {
            int column = cluster.Resources.ColumnOf(resource.Name);
            if (UtilisationAfter(cluster, slot, column, shape) is { } utilisation)
            {
                sum += resource.Weight * At(utilisation * 100);
                weights += resource.Weight;
            }
        }

        return weights == 0 ? 0 : (int)(sum / weights);
    }

    private static double? UtilisationAfter(ClusterState cluster, int slot, int column, WorkloadShape shape)
    {
        switch (column)
        {
            case ResourceCatalog.CpuMilli:
                return Utilisation.CpuAfter(cluster, slot, shape);
            case ResourceCatalog.MemoryBytes:
                return Utilisation.MemoryAfter(cluster, slot, shape);
        }

        long allocatable = cluster.Allocatable(column, slot);
        ResourceAmount asked = Array.Find(shape.Requests, r => r.Column == column);
        return allocatable == 0 || asked.Amount == 0 ? null : Math.Min(1, (double)(cluster.Requested(column, slot) + asked.Amount) / allocatable);
    }

    private double At(double utilisation)
    {
        for (int i = 0; i < shape.Count; i++)
        {
            if (utilisation <= shape[i].Utilisation)
            {
                return i == 0
                    ? shape[0].Score
                    : shape[i - 1].Score + ((shape[i].Score - shape[i - 1].Score) * (utilisation - shape[i - 1].Utilisation) / (shape[i].Utilisation - shape[i - 1].Utilisation));
            }
        }

        return shape[^1].Score;
    }
}
