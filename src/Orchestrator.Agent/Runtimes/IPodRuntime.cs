using k8s.Models;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Model.Devices;

namespace Orchestrator.Agent.Runtimes;

/// <summary>
/// A way of isolating pods on this node: containerd, QEMU, or simulated. The shape follows the CRI (<c>runtime.v1</c>), because kubelet's
/// users expect its life cycle. Every call is idempotent: repeating it after a crash finds what is there and completes it.
/// Failures that the user can mend are <see cref="RuntimeRefusalException"/>; anything else is a lost dependency and is retried with back-off.
/// </summary>
public interface IPodRuntime
{
    /// <summary>What this runtime is: becomes the Hypervisor's spec.</summary>
    RuntimeIdentity Identity { get; }

    /// <summary>What it can do now, found by probing: becomes the Hypervisor's status. Called at start and then regularly; must be cheap when nothing changed.</summary>
    Task<RuntimeHealth> ProbeAsync(CancellationToken cancel);

    /// <summary>All sandboxes of this node that the runtime holds, with their containers, running or not, whoever created them: what a restarted agent adopts.</summary>
    Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel);

    /// <summary>Whether mounted files are the node's own: seen as they change, and written to. False where containers get copies.</summary>
    bool SharesFiles { get; }

    /// <summary>Makes sure the image is present, as the request's pull policy says.</summary>
    Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel);

    /// <summary>Creates the pod's sandbox (namespaces and network, or the directory and control group of a machine); returns its id.</summary>
    Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel);

    /// <summary>Creates the container (not started); returns its id.</summary>
    Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel);

    Task StartContainerAsync(string containerId, CancellationToken cancel);

    /// <summary>Asks the container to end, and kills it after the grace period. No error if it has ended or is unknown.</summary>
    Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel);

    /// <summary>Removes an ended container. No error if unknown.</summary>
    Task RemoveContainerAsync(string containerId, CancellationToken cancel);

    /// <summary>Stops and removes the sandbox with all that belongs to it. No error if unknown.</summary>
    Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel);
}

/// <param name="Technology">containerd, qemu, kvm, simulated.</param>
/// <param name="Class">See <see cref="Model.Hypervisors.VirtualizationClasses"/>.</param>
/// <param name="Type">Type1, Type2 or None.</param>
public sealed record RuntimeIdentity(string Technology, string Class, string Type);

/// <param name="Ready">Whether pods can be started now.</param>
/// <param name="Reason">One CamelCase word.</param>
/// <param name="Message">How the agent knows, in a sentence.</param>
/// <param name="Version">Version of the technology.</param>
/// <param name="Handlers">Runtime handlers served now; empty if not ready.</param>
/// <param name="Capabilities">See <see cref="Model.Hypervisors.V1HypervisorStatus.Capabilities"/>.</param>
public sealed record RuntimeHealth(bool Ready, string Reason, string Message, string Version, IReadOnlyList<string> Handlers, IReadOnlyList<string> Capabilities)
{
    /// <summary>The <see cref="Reason"/> of one that is still being tried.</summary>
    public const string Probing = "Probing";

    /// <summary>Whether it says the same, lists by content.</summary>
    public bool LooksLike(RuntimeHealth other) =>
        this with { Handlers = other.Handlers, Capabilities = other.Capabilities } == other
        && Handlers.SequenceEqual(other.Handlers, StringComparer.Ordinal)
        && Capabilities.SequenceEqual(other.Capabilities, StringComparer.Ordinal);
}

/// <param name="Pod">The pod, defaulted.</param>
/// <param name="Attempt">Counts sandboxes of this pod, from 0.</param>
/// <param name="Handler">Runtime handler to use, resolved from the RuntimeClass.</param>
/// <param name="LogDirectory">Directory for the pod's logs, which exists: <c>ROOT/pods-logs/NAMESPACE_NAME_UID</c>.</param>
/// <param name="Resolver">What the pod's <c>/etc/resolv.conf</c> says; null for the node's own.</param>
public sealed record SandboxRequest(V1Pod Pod, int Attempt, string Handler, string LogDirectory, ResolverConfig? Resolver = null);

/// <param name="Pod">The pod, defaulted.</param>
/// <param name="Container">The container of the pod to create.</param>
/// <param name="Attempt">Counts restarts, from 0.</param>
/// <param name="ImageId">From <see cref="IPodRuntime.EnsureImageAsync"/>.</param>
/// <param name="Environment">Resolved environment, in order.</param>
/// <param name="Mounts">Resolved volume mounts.</param>
/// <param name="LogPath">Relative to the sandbox's log directory: <c>CONTAINER/ATTEMPT.log</c>, in CRI log format (<c>time stream P|F text</c>).</param>
public sealed record ContainerRequest(
    V1Pod Pod,
    V1Container Container,
    int Attempt,
    string ImageId,
    IReadOnlyList<KeyValuePair<string, string>> Environment,
    IReadOnlyList<HostMount> Mounts,
    string LogPath)
{
    /// <summary>Devices of the node that the container gets.</summary>
    public IReadOnlyList<NodeDevice> Devices { get; init; } = [];

    /// <summary>Running container of the same sandbox whose processes this one is to be among; null for processes of its own, or as the pod says.</summary>
    public string? TargetContainerId { get; init; }
}

public sealed record HostMount(string HostPath, string ContainerPath, bool ReadOnly)
{
    /// <summary>Whether what is mounted below it later is seen on the other side.</summary>
    public MountPropagation Propagation { get; init; }
}

/// <summary>Which way mounts that are made below a mounted directory go.</summary>
public enum MountPropagation
{
    None,
    FromHost,
    BothWays,
}

public enum ContainerState
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <param name="Ip">Address on the pod network, null where there is none (host network, or not yet known).</param>
/// <param name="Ready">Whether the sandbox still serves its containers.</param>
public sealed record ObservedSandbox(
    string Id,
    string PodUid,
    string PodNamespace,
    string PodName,
    int Attempt,
    bool Ready,
    string? Ip,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ObservedContainer> Containers)
{
    /// <summary>Conditions of the pod that the runtime knows of and that hold now.</summary>
    public IReadOnlyList<ObservedCondition> Conditions { get; init; } = [];
}

/// <summary>A condition that holds of a pod, in the words of its <c>status.conditions</c>.</summary>
public sealed record ObservedCondition(string Type, string Reason, string Message);

/// <param name="Reason">For ended containers: Completed, Error, OOMKilled, or the runtime's own.</param>
/// <param name="Pid">Process id on the node of the container's first process or the machine's emulator; null if not running.</param>
public sealed record ObservedContainer(
    string Id,
    string Name,
    int Attempt,
    string Image,
    string ImageId,
    ContainerState State,
    int ExitCode,
    string? Reason,
    string? Message,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int? Pid);

/// <summary>The runtime cannot do what the pod asks for, and repeating will not help unless something is changed. The reason is one that kubectl users know (ErrImageNeverPull, ImagePullBackOff, CreateContainerConfigError, ...).</summary>
public sealed class RuntimeRefusalException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
