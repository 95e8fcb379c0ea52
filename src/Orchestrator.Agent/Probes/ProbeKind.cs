using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>What a probe decides.</summary>
public enum ProbeKind
{
    /// <summary>Whether the container has started: until then neither of the others runs.</summary>
    Startup,

    /// <summary>Whether it is to be killed.</summary>
    Liveness,

    /// <summary>Whether it serves.</summary>
    Readiness,
}

/// <summary>The probes of a container by their kind.</summary>
public static class ProbeKinds
{
    public static readonly ProbeKind[] All = [ProbeKind.Startup, ProbeKind.Liveness, ProbeKind.Readiness];

    /// <summary>The probe; null where the container has none of the kind.</summary>
    public static V1Probe? Of(V1Container container, ProbeKind kind) => kind switch
    {
        ProbeKind.Startup => container.StartupProbe,
        ProbeKind.Liveness => container.LivenessProbe,
        _ => container.ReadinessProbe,
    };
}
