using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>Learns from the workloads that come which may come.</summary>
public interface IArrivalLearner
{
    /// <summary>Tells of a workload, once, wherever it goes.</summary>
    void Arrived(ClusterState cluster, WorkloadShape shape);
}
