namespace Orchestrator.Grains.Feed;

internal enum Reconciler
{
    Node,
    Hypervisor,
    Workload,
    Namespace,
    Garbage,
    Quota,
    DisruptionBudget,
    Deployment,
    ReplicaSet,
    ReplicationController,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Service,
    Autoscaler,
    VolumeClaim,
    Volume,
    VirtualMachine,
    VirtualMachineInstance,
    InstanceReplicaSet,
}

/// <summary>A reconciler to wake.</summary>
internal readonly record struct Wake(Reconciler Reconciler, string Key);

internal interface IWaker
{
    /// <summary>Wakes without waiting.</summary>
    void Wake(Wake wake);
}
