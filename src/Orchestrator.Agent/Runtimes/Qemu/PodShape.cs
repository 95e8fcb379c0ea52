using k8s.Models;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>Refuses, by field, what a pod asks for that a virtual machine of one container does not have.</summary>
internal static class PodShape
{
    /// <summary>All obstacles; empty if the pod can be run.</summary>
    public static IReadOnlyList<string> FindObstacles(V1Pod pod)
    {
        var spec = pod.Spec;
        var obstacles = new List<string>();
        Refuse(obstacles, spec.Containers.Count != 1, "spec.containers", "a virtual machine runs exactly one container");
        Refuse(obstacles, spec.InitContainers is { Count: > 0 }, "spec.initContainers", "not supported in virtual machines");
        Refuse(obstacles, spec.HostNetwork is true, "spec.hostNetwork", "a virtual machine has no part in the node's network");
        Refuse(obstacles, spec.HostPID is true, "spec.hostPID", "a virtual machine does not share the node's processes");
        Refuse(obstacles, spec.HostIPC is true, "spec.hostIPC", "a virtual machine does not share the node's memory");
        Refuse(obstacles, spec.SecurityContext?.FsGroup is not null, "spec.securityContext.fsGroup", "not supported in virtual machines");
        Refuse(obstacles, spec.SecurityContext?.SupplementalGroups is { Count: > 0 }, "spec.securityContext.supplementalGroups", "not supported in virtual machines");
        for (var i = 0; i < (spec.Volumes?.Count ?? 0); i++)
        {
            Refuse(obstacles, !IsSupported(spec.Volumes![i]), $"spec.volumes[{i}]", $"volume \"{spec.Volumes[i].Name}\": virtual machines take emptyDir, configMap, secret, downwardAPI and projected volumes");
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            CheckContainer(obstacles, spec.Containers[i], $"spec.containers[{i}]");
        }

        return obstacles;
    }

    public static void Require(V1Pod pod)
    {
        var obstacles = FindObstacles(pod);
        if (obstacles.Count > 0)
        {
            throw new RuntimeRefusalException("CreateContainerConfigError", string.Join("; ", obstacles));
        }
    }

    /// <summary>Volumes whose files are copied into the guest when it starts.</summary>
    public static bool IsCopied(V1Volume volume) => volume.ConfigMap is not null || volume.Secret is not null || volume.DownwardAPI is not null || volume.Projected is not null;

    private static bool IsSupported(V1Volume volume) => IsCopied(volume) || volume.EmptyDir is not null;

    private static void CheckContainer(List<string> obstacles, V1Container container, string field)
    {
        const string noShell = "virtual machines have no exec and no pod network, so nothing can look inside";
        Refuse(obstacles, container.Tty is true, field + ".tty", "not supported in virtual machines");
        Refuse(obstacles, container.Stdin is true, field + ".stdin", "not supported in virtual machines");
        Refuse(obstacles, container.Lifecycle is not null, field + ".lifecycle", "not supported in virtual machines");
        Refuse(obstacles, container.LivenessProbe is not null, field + ".livenessProbe", noShell);
        Refuse(obstacles, container.ReadinessProbe is not null, field + ".readinessProbe", noShell);
        Refuse(obstacles, container.StartupProbe is not null, field + ".startupProbe", noShell);
        Refuse(obstacles, container.VolumeDevices is { Count: > 0 }, field + ".volumeDevices", "not supported in virtual machines");
    }

    private static void Refuse(List<string> obstacles, bool isAsked, string field, string why)
    {
        if (isAsked)
        {
            obstacles.Add($"{field}: {why}");
        }
    }
}
