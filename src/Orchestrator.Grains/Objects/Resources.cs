namespace Orchestrator.Grains.Objects;

/// <summary>Storage names of the kinds that the grains deal with.</summary>
internal static class Resources
{
    public const string Pods = "pods";
    public const string Nodes = "nodes";
    public const string Namespaces = "namespaces";
    public const string PodGroups = "podgroups.scheduling.k8s.io";
    public const string Events = "events";
    public const string Leases = "leases.coordination.k8s.io";
    public const string RuntimeClasses = "runtimeclasses.node.k8s.io";
    public const string ResourceQuotas = "resourcequotas";
    public const string DisruptionBudgets = "poddisruptionbudgets.policy";
    public const string Hypervisors = "hypervisors.orchestrator.dev";

    public const string VirtualMachines = "virtualmachines.kubevirt.io";
    public const string InstanceReplicaSets = "virtualmachineinstancereplicasets.kubevirt.io";
    public const string VirtualMachineInstances = "virtualmachineinstances.kubevirt.io";

    public const string Deployments = "deployments.apps";
    public const string ReplicaSets = "replicasets.apps";
    public const string ReplicationControllers = "replicationcontrollers";
    public const string StatefulSets = "statefulsets.apps";
    public const string DaemonSets = "daemonsets.apps";
    public const string ControllerRevisions = "controllerrevisions.apps";

    public const string VolumeClaims = "persistentvolumeclaims";
    public const string Volumes = "persistentvolumes";
    public const string StorageClasses = "storageclasses.storage.k8s.io";

    public const string Jobs = "jobs.batch";
    public const string CronJobs = "cronjobs.batch";
    public const string Services = "services";
    public const string Endpoints = "endpoints";
    public const string EndpointSlices = "endpointslices.discovery.k8s.io";
    public const string Autoscalers = "horizontalpodautoscalers.autoscaling";

    /// <summary>Indexed field of pods.</summary>
    public const string PodNodeName = "spec.nodeName";
}
