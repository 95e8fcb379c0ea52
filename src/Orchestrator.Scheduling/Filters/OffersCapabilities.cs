using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Can a hypervisor that serves the workload do all that it needs, such as migrating it live?</summary>
public sealed class OffersCapabilities : INodeFilter
{
    public string Name => nameof(OffersCapabilities);

    public bool IsHelpedByPreemption => false;

    public bool Concerns(ClusterState cluster, Workload workload) => workload.Shape.Capabilities.Length > 0;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape) => shape.Capabilities.Length == 0 || Lacking(cluster, slot, shape) is not { Length: > 0 };

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape) =>
        [$"node(s) had no hypervisor serving runtime handler {shape.Handler} with {string.Join(", ", Lacking(cluster, slot, shape) ?? [])}"];

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        string[] lacking = Lacking(cluster, slot, shape) ?? [];
        return new Remedy($"a hypervisor serving runtime handler {shape.Handler} with {string.Join(", ", lacking)}", lacking.Length, RemedyScope.Node);
    }

    // Of the hypervisor that lacks the fewest; null where none serves the workload, which is another filter's to say.
    private static string[]? Lacking(ClusterState cluster, int slot, WorkloadShape shape)
    {
        string[]? fewest = null;
        foreach (HypervisorFacts hypervisor in cluster.HypervisorsOf(slot))
        {
            if (hypervisor.Handlers.Contains(shape.Handler))
            {
                string[] lacking = [.. shape.Capabilities.Where(c => !hypervisor.Capabilities.Contains(c))];
                fewest = fewest is null || lacking.Length < fewest.Length ? lacking : fewest;
            }
        }

        return fewest;
    }
}
