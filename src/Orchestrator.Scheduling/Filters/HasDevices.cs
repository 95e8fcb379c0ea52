using Orchestrator.Model.Hypervisors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Filters;

/// <summary>
/// Are enough devices free that will do: whole ones, or one with the share? Nodes that do not list their devices offer plain extended
/// resources, which <see cref="FitsResources"/> counts; of those no share and no model can be had.
/// </summary>
public sealed class HasDevices : INodeFilter
{
    public string Name => nameof(HasDevices);

    public bool IsHelpedByPreemption => true;

    public bool Concerns(ClusterState cluster, Workload workload) => workload.Shape.Devices.Length > 0;

    public bool Admits(ClusterState cluster, int slot, WorkloadShape shape)
    {
        foreach (DeviceDemand demand in shape.Devices)
        {
            if (!Admits(cluster, slot, demand) || (cluster.DevicesOf(slot, demand.Resource) is not null && Passing(cluster, slot, shape, demand) is null))
            {
                return false;
            }
        }

        return true;
    }

    public IEnumerable<string> Reasons(ClusterState cluster, int slot, WorkloadShape shape)
    {
        foreach (DeviceDemand demand in shape.Devices)
        {
            if (!Admits(cluster, slot, demand))
            {
                yield return $"node(s) didn't have {Wanted(cluster, demand)} free";
            }
            else if (Passing(cluster, slot, shape, demand) is null)
            {
                yield return Unpassable(shape, demand);
            }
        }
    }

    public Remedy RemedyFor(ClusterState cluster, int slot, WorkloadShape shape)
    {
        List<string> parts = [];
        double cost = 0;
        foreach (DeviceDemand demand in shape.Devices)
        {
            if (!Admits(cluster, slot, demand))
            {
                int lacking = demand.Count - (cluster.DevicesOf(slot, demand.Resource)?.Eligible(demand) ?? 0);
                parts.Add($"{Wanted(cluster, demand with { Count = lacking })} free");
                cost += (double)lacking / demand.Count;
            }
            else if (Passing(cluster, slot, shape, demand) is null)
            {
                parts.Add(demand.IsShare ? $"a whole {demand.Resource}, or another runtime class," : $"a hypervisor that passes {demand.Resource} through");
                cost += 1;
            }
        }

        return new Remedy(string.Join(" and ", parts), cost, RemedyScope.Node);
    }

    private static bool Admits(ClusterState cluster, int slot, DeviceDemand demand) =>
        cluster.DevicesOf(slot, demand.Resource) is { } pool ? pool.Fits(demand) : !demand.NeedsInventory;

    // Processes of one kernel can share a device; a machine gets one for itself, where the hypervisor can pass it through.
    private static HypervisorFacts? Passing(ClusterState cluster, int slot, WorkloadShape shape, DeviceDemand demand)
    {
        foreach (HypervisorFacts hypervisor in cluster.HypervisorsOf(slot))
        {
            if (hypervisor.Handlers.Contains(shape.Handler)
                && (hypervisor.IsOSLevel || (!demand.IsShare && hypervisor.Capabilities.Contains(HypervisorCapabilities.Passthrough))))
            {
                return hypervisor;
            }
        }

        return null;
    }

    private static string Unpassable(WorkloadShape shape, DeviceDemand demand) => demand.IsShare
        ? $"node(s) had only hypervisors for runtime handler {shape.Handler} that take whole devices, not a share of one"
        : $"node(s) had no hypervisor for runtime handler {shape.Handler} that passes devices through";

    // "0.3 of one nvidia.com/gpu of model A100 or V100"
    private static string Wanted(ClusterState cluster, DeviceDemand demand)
    {
        string amount = demand.IsShare
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{demand.ShareMilli / (double)DeviceWorkload.WholeMilli} of one")
            : $"{demand.Count} whole";
        string model = demand.Models.Length == 0 ? "" : $" of model {string.Join(" or ", demand.Models.Select(m => cluster.DeviceModels[m]))}";
        return $"{amount} {demand.Resource}{model}";
    }
}
