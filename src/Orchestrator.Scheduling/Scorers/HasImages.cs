using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Scorers;

/// <summary>
/// How much of the pod's images does the node have already? From 23 MB, below which pulling costs little, to 1000 MB per container, as in
/// Kubernetes. Unlike there an image that few nodes have counts in full: a node's score does not change when another node pulls.
/// </summary>
public sealed class HasImages : INodeScorer
{
    private const long LeastBytes = 23L << 20;
    private const long MostBytesPerContainer = 1000L << 20;

    public string Name => nameof(HasImages);

    public int Weight { get; init; } = 1;

    public int Score(ClusterState cluster, int slot, WorkloadShape shape)
    {
        IReadOnlyDictionary<int, long> present = cluster.ImagesOf(slot);
        if (present.Count == 0)
        {
            return 0;
        }

        long bytes = 0;
        foreach (int image in shape.Images)
        {
            bytes += present.TryGetValue(image, out long size) ? size : 0;
        }

        long most = MostBytesPerContainer * shape.Images.Length;
        return most == 0 ? 0 : (int)((Math.Clamp(bytes, LeastBytes, most) - LeastBytes) * Scores.Max / (most - LeastBytes));
    }
}
