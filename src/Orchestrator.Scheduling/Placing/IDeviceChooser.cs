using Orchestrator.Model.Devices;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Devices;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>Chooses the very devices of a node that a workload gets.</summary>
public interface IDeviceChooser
{
    /// <summary>Null where the demand cannot be met.</summary>
    AssignedDevices? Choose(ClusterState cluster, int slot, DevicePool pool, DeviceDemand demand, WorkloadShape shape);
}
