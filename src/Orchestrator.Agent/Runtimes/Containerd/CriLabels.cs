namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>Labels and annotations on sandboxes and containers: kubelet's where it has one, so that crictl and the like understand them.</summary>
internal static class CriLabels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";
    public const string ContainerName = "io.kubernetes.container.name";

    /// <summary>Annotation on a sandbox: its log directory. CRI wants it again for every container, and the agent may have been restarted in between.</summary>
    public const string LogDirectory = "orchestrator.dev/log-directory";
}
