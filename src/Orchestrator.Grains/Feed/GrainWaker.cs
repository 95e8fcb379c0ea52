using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Autoscaling;
using Orchestrator.Grains.CronJobs;
using Orchestrator.Grains.Disruptions;
using Orchestrator.Grains.Endpoints;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Hypervisors;
using Orchestrator.Grains.Jobs;
using Orchestrator.Grains.Namespaces;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Quotas;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Grains.VirtualMachines;
using Orchestrator.Grains.Volumes;
using Orchestrator.Grains.Workloads;

namespace Orchestrator.Grains.Feed;

/// <summary>Wakes grains by one-way calls. A wake that is lost is made up for by the next full pass.</summary>
internal sealed partial class GrainWaker(IGrainFactory grains, ILogger<GrainWaker> logger) : IWaker
{
    public void Wake(Wake wake)
    {
        IReconcilerGrain grain = wake.Reconciler switch
        {
            Reconciler.Node => grains.GetGrain<INodeGrain>(wake.Key),
            Reconciler.Hypervisor => grains.GetGrain<IHypervisorGrain>(wake.Key),
            Reconciler.Workload => grains.GetGrain<IWorkloadGrain>(wake.Key),
            Reconciler.Garbage => grains.GetGrain<IGarbageGrain>(wake.Key),
            Reconciler.Quota => grains.GetGrain<IQuotaGrain>(wake.Key),
            Reconciler.DisruptionBudget => grains.GetGrain<IDisruptionBudgetGrain>(wake.Key),
            Reconciler.Deployment => grains.GetGrain<IDeploymentGrain>(wake.Key),
            Reconciler.ReplicaSet => grains.GetGrain<IReplicaSetGrain>(wake.Key),
            Reconciler.ReplicationController => grains.GetGrain<IReplicationControllerGrain>(wake.Key),
            Reconciler.StatefulSet => grains.GetGrain<IStatefulSetGrain>(wake.Key),
            Reconciler.DaemonSet => grains.GetGrain<IDaemonSetGrain>(wake.Key),
            Reconciler.Job => grains.GetGrain<IJobGrain>(wake.Key),
            Reconciler.CronJob => grains.GetGrain<ICronJobGrain>(wake.Key),
            Reconciler.Autoscaler => grains.GetGrain<IAutoscalerGrain>(wake.Key),
            Reconciler.VolumeClaim => grains.GetGrain<IVolumeClaimGrain>(wake.Key),
            Reconciler.Volume => grains.GetGrain<IVolumeGrain>(wake.Key),
            Reconciler.VirtualMachine => grains.GetGrain<IVirtualMachineGrain>(wake.Key),
            Reconciler.InstanceReplicaSet => grains.GetGrain<IInstanceReplicaSetGrain>(wake.Key),
            Reconciler.VirtualMachineInstance => grains.GetGrain<IVirtualMachineInstanceGrain>(wake.Key),
            Reconciler.Service => grains.GetGrain<IServiceGrain>(wake.Key),
            _ => grains.GetGrain<INamespaceGrain>(wake.Key),
        };
        _ = CallAsync(grain, wake);
    }

    private async Task CallAsync(IReconcilerGrain grain, Wake wake)
    {
        try
        {
            await grain.WakeAsync();
        }
        catch (Exception e)
        {
            Log.NotWoken(logger, e, wake);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Wake} was not delivered")]
        public static partial void NotWoken(ILogger logger, Exception exception, Wake wake);
    }
}
