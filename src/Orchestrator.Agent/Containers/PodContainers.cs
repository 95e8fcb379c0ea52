using k8s.Models;

namespace Orchestrator.Agent.Containers;

/// <summary>The containers of a pod's three lists, looked at alike. Pure.</summary>
public static class PodContainers
{
    public static IEnumerable<V1Container> All(V1Pod pod) =>
        pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).Concat(Ephemeral(pod));

    /// <summary>Init containers that go on beside the others (<c>restartPolicy: Always</c>), in order.</summary>
    public static IEnumerable<V1Container> Sidecars(V1Pod pod) => (pod.Spec.InitContainers ?? []).Where(IsSidecar);

    /// <summary>True for an init container that goes on beside the others.</summary>
    public static bool IsSidecar(V1Container initContainer) => initContainer.RestartPolicy == "Always";

    public static V1Container? Find(V1Pod pod, string name) => All(pod).FirstOrDefault(c => c.Name == name);

    /// <summary>Those put in to look at the running pod.</summary>
    public static IEnumerable<V1Container> Ephemeral(V1Pod pod) => (pod.Spec.EphemeralContainers ?? []).Select(Of);

    /// <summary>Statuses of all of them, as reported.</summary>
    public static IEnumerable<V1ContainerStatus> Statuses(V1PodStatus? status) =>
        (status?.ContainerStatuses ?? []).Concat(status?.InitContainerStatuses ?? []).Concat(status?.EphemeralContainerStatuses ?? []);

    /// <summary>True where a status is about the container of this id.</summary>
    public static bool IsAbout(V1ContainerStatus? status, string containerId) =>
        status?.ContainerID?.EndsWith($"://{containerId}", StringComparison.Ordinal) == true;

    /// <summary>Container among whose processes an ephemeral container is; null for processes of its own, and for other containers.</summary>
    public static string? TargetOf(V1Pod pod, string name) =>
        (pod.Spec.EphemeralContainers ?? []).FirstOrDefault(c => c.Name == name)?.TargetContainerName is { Length: > 0 } target ? target : null;

    // The two types have these fields in common; an ephemeral container may have no others.
    private static V1Container Of(V1EphemeralContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        ImagePullPolicy = container.ImagePullPolicy,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Env = container.Env,
        EnvFrom = container.EnvFrom,
        VolumeMounts = container.VolumeMounts,
        SecurityContext = container.SecurityContext,
        Stdin = container.Stdin,
        StdinOnce = container.StdinOnce,
        Tty = container.Tty,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
        Resources = container.Resources,
    };
}
