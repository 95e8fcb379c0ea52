using System.Net;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Nodes;
using Orchestrator.Model.Devices;

namespace Orchestrator.Cli.NodeAgent;

/// <summary>Options of <c>orchestrator agent</c>, checked.</summary>
internal sealed record AgentSettings
{
    public required string NodeName { get; init; }

    public required string KubeconfigPath { get; init; }

    public required string RootDirectory { get; init; }

    public required IPEndPoint Listen { get; init; }

    /// <summary>Address under which the API server reaches the agent.</summary>
    public required IPAddress NodeIp { get; init; }

    public required string ServingCertificatePath { get; init; }

    public required string ServingKeyPath { get; init; }

    public required string ClientAuthorityPath { get; init; }

    /// <summary>Null where pods are not to run on containerd.</summary>
    public string? ContainerdSocket { get; init; }

    /// <summary>Whether pods may run as virtual machines on QEMU.</summary>
    public bool Qemu { get; init; }

    public required string CgroupParent { get; init; }

    public required string ImageStoreDirectory { get; init; }

    public required IReadOnlyDictionary<string, string> NodeLabels { get; init; }

    /// <summary>Devices that pods can be given; null to look for them.</summary>
    public IReadOnlyList<NodeDevice>? Devices { get; init; }

    /// <summary>How the agent makes the pod network; null where that is somebody else's.</summary>
    public PodNetworkOptions? PodNetwork { get; init; }

    /// <summary>Whether containers that name no seccomp profile get the runtime's own.</summary>
    public bool SeccompDefault { get; init; }

    /// <summary>Processes and threads that a pod may have; null for no limit.</summary>
    public long? PodPidsLimit { get; init; }

    /// <summary>See <see cref="Agent.AgentOptions.EvictionHard"/>.</summary>
    public string EvictionHard { get; init; } = EvictionThresholds.Default;

    /// <summary>See <see cref="Agent.AgentOptions.SystemReserved"/>.</summary>
    public IReadOnlyDictionary<string, decimal> SystemReserved { get; init; } = NodeCapacity.DefaultReserved;

    /// <summary>See <see cref="Agent.AgentOptions.RegistryConfigPath"/>.</summary>
    public string? RegistryConfigPath { get; init; }

    public Uri? OtlpEndpoint { get; init; }
}
