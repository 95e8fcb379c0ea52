using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Nodes;
using Orchestrator.Model.Devices;

namespace Orchestrator.Agent;

/// <summary>What one node agent is told.</summary>
public sealed record AgentOptions
{
    /// <summary>metadata.name of its Node.</summary>
    public required string NodeName { get; init; }

    /// <summary>Directory for everything it keeps: volumes, logs, machines.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>Address under which the API server reaches the agent's endpoint; becomes the Node's InternalIP.</summary>
    public required string NodeIp { get; init; }

    /// <summary>Port of the agent's endpoint.</summary>
    public required int Port { get; init; }

    /// <summary>Labels of the Node besides those the agent gives itself.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Devices that pods can be given.</summary>
    public IReadOnlyList<NodeDevice> Devices { get; init; } = [];

    /// <summary>Pods the node takes at most.</summary>
    public int MaxPods { get; init; } = 110;

    /// <summary>Directory below which the node keeps volumes that are made for claims; they outlive pods and agents.</summary>
    public string LocalVolumesDirectory => Path.Combine(Path.GetFullPath(RootDirectory), "local-volumes");

    /// <summary>How little may be left before pods are evicted; see <see cref="Eviction.EvictionThresholds"/>.</summary>
    public string EvictionHard { get; init; } = EvictionThresholds.Default;

    /// <summary>What is kept back from pods, by resource, in units (cores, bytes); see <see cref="Nodes.NodeCapacity"/>.</summary>
    public IReadOnlyDictionary<string, decimal> SystemReserved { get; init; } = NodeCapacity.DefaultReserved;

    /// <summary>Images fetched at once.</summary>
    public int ParallelPulls { get; init; } = 5;

    /// <summary>File with the node's own credentials for registries, as Docker's <c>config.json</c>; null for none. Read at every pull.</summary>
    public string? RegistryConfigPath { get; init; }

    /// <summary>Time between renewals of the node's Lease.</summary>
    public TimeSpan LeaseRenewal { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two looks at what the runtimes hold.</summary>
    public TimeSpan ObservationInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two looks at a pod that nothing was heard of; also how old mounted ConfigMaps may get.</summary>
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Size beyond which a container's log is rotated, as kubelet's default.</summary>
    public long ContainerLogMaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Files that a container's log has at most, the one that is written included.</summary>
    public int ContainerLogMaxFiles { get; init; } = 5;

    /// <summary>Time between two publications of the Node and its Hypervisors.</summary>
    public TimeSpan PublicationInterval { get; init; } = TimeSpan.FromSeconds(20);
}
