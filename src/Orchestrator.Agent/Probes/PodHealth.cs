using System.Collections.Immutable;
using k8s.Models;
using Orchestrator.Agent.Containers;

namespace Orchestrator.Agent.Probes;

/// <summary>What probes have decided about the containers of a pod.</summary>
/// <param name="Outcomes">By container id and kind; what is not in it is not decided.</param>
public sealed record PodHealth(ImmutableDictionary<(string ContainerId, ProbeKind Kind), bool> Outcomes)
{
    /// <summary>Nothing is decided.</summary>
    public static readonly PodHealth Unknown = new(ImmutableDictionary<(string, ProbeKind), bool>.Empty);

    /// <summary>True once a running container has started in the sense of its startup probe.</summary>
    /// <param name="container">Its spec.</param>
    /// <param name="running">Id of the container, which runs.</param>
    /// <param name="reported">What the pod's status says, perhaps by an earlier agent: it counts until a probe decides.</param>
    public bool IsStarted(V1Container container, string running, V1ContainerStatus? reported) =>
        container.StartupProbe is null || (Outcome(running, ProbeKind.Startup) ?? (PodContainers.IsAbout(reported, running) && reported?.Started == true));

    /// <summary>True where a running container serves.</summary>
    public bool IsReady(V1Container container, string running, V1ContainerStatus? reported) =>
        IsStarted(container, running, reported)
        && (container.ReadinessProbe is null || (Outcome(running, ProbeKind.Readiness) ?? (PodContainers.IsAbout(reported, running) && reported!.Ready)));

    /// <summary>The probe for which a running container is to be killed; null for none.</summary>
    public ProbeKind? Failed(V1Container container, string running) =>
        container.StartupProbe is not null && Outcome(running, ProbeKind.Startup) == false ? ProbeKind.Startup
        : container.LivenessProbe is not null && Outcome(running, ProbeKind.Liveness) == false ? ProbeKind.Liveness
        : null;

    private bool? Outcome(string id, ProbeKind kind) => Outcomes.TryGetValue((id, kind), out bool outcome) ? outcome : null;
}
