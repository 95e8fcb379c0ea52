using k8s.Models;

namespace Orchestrator.Agent.Runtimes.Qemu;

/// <summary>Refuses, by field, what a pod asks for that a virtual machine does not have.</summary>
internal static class PodShape
{
    /// <summary>All obstacles; empty if the pod can be run.</summary>
    public static IReadOnlyList<string> FindObstacles(V1Pod pod)
    {
        var spec = pod.Spec;
        var obstacles = new List<string>();
        Refuse(obstacles, spec.HostNetwork is true, "spec.hostNetwork", "a virtual machine has no part in the node's network");
        Refuse(obstacles, spec.HostPID is true, "spec.hostPID", "a virtual machine does not share the node's processes");
        Refuse(obstacles, spec.HostIPC is true, "spec.hostIPC", "a virtual machine does not share the node's memory");
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++)
        {
            CheckContainer(obstacles, spec.InitContainers![i], $"spec.initContainers[{i}]");
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

    private static void CheckContainer(List<string> obstacles, V1Container container, string field)
    {
        Refuse(obstacles, container.VolumeDevices is { Count: > 0 }, field + ".volumeDevices", "not supported in virtual machines");
        for (var i = 0; i < (container.Ports?.Count ?? 0); i++)
        {
            Refuse(obstacles, container.Ports![i].HostPort is > 0, $"{field}.ports[{i}].hostPort", "the ports of a virtual machine are not mapped to the node's");
        }

    }

    private static void Refuse(List<string> obstacles, bool isAsked, string field, string why)
    {
        if (isAsked)
        {
            obstacles.Add($"{field}: {why}");
        }
    }
}
