using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Volumes;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Can the node reach the volumes that the pod claims, and can those that are still to be chosen or made be so there?</summary>
public sealed class ReachesVolumes : INodeFilter
{
    public string Name => nameof(ReachesVolumes);

    public bool IsHelpedByPreemption => false;

    public bool Concerns(ClusterState cluster, Workload workload) => workload.Shape.Volumes.Claims.Count > 0;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape)
    {
        foreach (ClaimDemand claim in shape.Volumes.Claims)
        {
            if (!claim.Admits(cluster, slot))
            {
                return false;
            }
        }

        return true;
    }

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) => shape.Volumes.Claims
        .Where(c => !c.Admits(cluster, slot))
        .Select(c => c.IsBound ? "node(s) didn't match PersistentVolume's node affinity" : "node(s) didn't find available persistent volumes to bind")
        .Distinct(StringComparer.Ordinal);

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        string[] claims = [.. shape.Volumes.Claims.Where(c => !c.Admits(cluster, slot)).Select(c => c.Claim)];
        return new Remedy($"a volume for {string.Join(", ", claims)}", claims.Length, RemedyScope.Node);
    }
}
