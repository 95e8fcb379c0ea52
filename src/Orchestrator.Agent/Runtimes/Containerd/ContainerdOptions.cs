namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>How the agent uses one containerd.</summary>
public sealed record ContainerdOptions
{
    /// <summary>Path of containerd's gRPC socket.</summary>
    public required string SocketPath { get; init; }

    /// <summary>Node this agent serves; everything it creates carries it, and it touches nothing that does not.</summary>
    public required string NodeName { get; init; }

    /// <summary>Control group under which those of the pods are made, without a leading slash.</summary>
    public string CgroupParent { get; init; } = "orchestrator";

    /// <summary>Whether containers that name no seccomp profile get the runtime's own, rather than none.</summary>
    public bool SeccompDefault { get; init; }

    /// <summary>Processes and threads that a pod may have; null for no limit.</summary>
    public long? PodPidsLimit { get; init; }

    /// <summary>Time allowed for one call that starts or stops something (a pull has <see cref="PullTimeout"/>).</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time allowed for pulling one image.</summary>
    public TimeSpan PullTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
