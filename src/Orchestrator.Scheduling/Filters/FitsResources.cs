using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Is what the pod requests still free on the node?</summary>
public sealed class FitsResources : INodeFilter
{
    public string Name => nameof(FitsResources);

    public bool IsHelpedByPreemption => true;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape)
    {
        foreach (ResourceAmount request in shape.Requests)
        {
            if (Lacking(cluster, slot, request) > 0)
            {
                return false;
            }
        }

        return true;
    }

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape)
    {
        foreach (ResourceAmount request in shape.Requests)
        {
            if (Lacking(cluster, slot, request) > 0)
            {
                yield return request.Column == ResourceCatalog.Pods ? "Too many pods" : $"Insufficient {cluster.Resources.NameOf(request.Column)}";
            }
        }
    }

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        List<string> parts = [];
        double cost = 0;
        foreach (ResourceAmount request in shape.Requests)
        {
            long lacking = Lacking(cluster, slot, request);
            if (lacking > 0)
            {
                parts.Add(request.Column == ResourceCatalog.Pods
                    ? "room for one more pod"
                    : $"{ResourceCatalog.Format(request.Column, lacking)} more {cluster.Resources.NameOf(request.Column)}");
                cost += (double)lacking / request.Amount;
            }
        }

        return new Remedy(string.Join(" and ", parts), cost, RemedyScope.Node);
    }

    /// <summary>How much more of the resource the node would need to have free; at most 0 where it has enough.</summary>
    internal static long Lacking(ClusterState cluster, int slot, ResourceAmount request) =>
        request.Amount - (cluster.Allocatable(request.Column, slot) - cluster.Requested(request.Column, slot));
}
