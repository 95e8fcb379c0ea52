namespace Orchestrator.Model;

/// <summary>Names that several parts agree on. Kubernetes' own where it has one.</summary>
public static class WellKnown
{
    /// <summary>API group of the kinds of our own.</summary>
    public const string Group = "orchestrator.dev";

    /// <summary>Annotation with the W3C traceparent of the request that created the object; one trace follows a manifest to its running workload.</summary>
    public const string TraceParentAnnotation = "orchestrator.dev/traceparent";

    /// <summary>Label on Hypervisors, and on sandboxes of a runtime, that names their node.</summary>
    public const string NodeLabel = "orchestrator.dev/node";

    /// <summary>Annotation of a Node that lists its devices; see <see cref="Devices.NodeDeviceText"/>.</summary>
    public const string DevicesAnnotation = "orchestrator.dev/devices";

    /// <summary>Annotation that a pod gets with its binding: the very devices that it has; see <see cref="Devices.AssignedDevices"/>.</summary>
    public const string AssignedDevicesAnnotation = "orchestrator.dev/assigned-devices";

    /// <summary>Annotation of a pod: models of devices that will do, separated by commas.</summary>
    public const string DeviceModelsAnnotation = "orchestrator.dev/device-models";

    /// <summary>Annotation of a pod: capabilities that its hypervisor must have, separated by commas; see <see cref="Hypervisors.HypervisorCapabilities"/>.</summary>
    public const string RequiredCapabilitiesAnnotation = "orchestrator.dev/required-capabilities";

    /// <summary>Namespace of the Leases that agents renew; the lease is named after the node.</summary>
    public const string NodeLeaseNamespace = "kube-node-lease";

    public const string HostnameLabel = "kubernetes.io/hostname";

    public const string DefaultSchedulerName = "default-scheduler";

    /// <summary>Taint of nodes whose agent has not been heard of in time.</summary>
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";

    /// <summary>Taint of nodes whose agent says that it is not ready.</summary>
    public const string NotReadyTaint = "node.kubernetes.io/not-ready";

    /// <summary>Taint by which an administrator says that a node that is not ready is switched off and stays so: its pods need not be waited for.</summary>
    public const string OutOfServiceTaint = "node.kubernetes.io/out-of-service";

    public const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    /// <summary>Taints of nodes that run short of something, by the condition that says so.</summary>
    public static readonly IReadOnlyDictionary<string, string> PressureTaints = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["MemoryPressure"] = "node.kubernetes.io/memory-pressure",
        ["DiskPressure"] = "node.kubernetes.io/disk-pressure",
        ["PIDPressure"] = "node.kubernetes.io/pid-pressure",
    };

    /// <summary>Namespaces that exist in every cluster and cannot be deleted.</summary>
    public static readonly IReadOnlyList<string> SystemNamespaces = ["default", "kube-system", "kube-public", NodeLeaseNamespace];

    /// <summary>Finalizer in a namespace's spec that keeps it until its content is deleted.</summary>
    public const string NamespaceFinalizer = "kubernetes";

    public const string SystemNodeCritical = "system-node-critical";

    public const string SystemClusterCritical = "system-cluster-critical";

    /// <summary>Priority classes that exist in every cluster, with their values.</summary>
    public static readonly IReadOnlyDictionary<string, int> SystemPriorityClasses = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [SystemClusterCritical] = 2_000_000_000,
        [SystemNodeCritical] = 2_000_001_000,
    };

    /// <summary>Organization (O=) of the certificates of agents; the common name is <c>system:node:NAME</c>.</summary>
    public const string NodesGroup = "system:nodes";

    /// <summary>Organization (O=) of administrators' certificates: may do everything.</summary>
    public const string MastersGroup = "system:masters";

    /// <summary>Common name of the client certificate with which the API server calls agents.</summary>
    public const string ApiServerUser = "orchestrator-apiserver";
}

/// <summary>Runtime handlers: what <c>RuntimeClass.handler</c> may say, and what Hypervisors offer in <c>status.runtimeHandlers</c>.</summary>
public static class RuntimeHandlers
{
    /// <summary>An OS-level container by runc; also what a Pod without a runtime class gets.</summary>
    public const string Runc = "runc";

    /// <summary>A virtual machine under full emulation (QEMU TCG).</summary>
    public const string Qemu = "qemu";

    /// <summary>A hardware-assisted virtual machine (QEMU with KVM).</summary>
    public const string Kvm = "kvm";

    /// <summary>A virtual machine by the best hypervisor that works on the node.</summary>
    public const string Vm = "vm";
}
