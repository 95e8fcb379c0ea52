using k8s.Models;
using Orchestrator.Agent.Runtimes.Containerd.Cri;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>A container as a CRI container configuration. Pure.</summary>
internal static class ContainerConfigs
{
    // What every container runtime hides or protects of /proc and /sys, unless the pod asks for procMount: Unmasked.
    private static readonly string[] MaskedPaths =
        ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/scsi", "/proc/sched_debug", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware"];

    private static readonly string[] ReadOnlyPaths =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static ContainerConfig Of(ContainerRequest request, LinuxContainerResources resources, ContainerdOptions options)
    {
        var container = request.Container;
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = (uint)request.Attempt },
            Image = new ImageSpec { Image = request.ImageId },
            WorkingDir = container.WorkingDir ?? "",
            LogPath = request.LogPath,
            Stdin = container.Stdin == true,
            StdinOnce = container.StdinOnce == true,
            Tty = container.Tty == true,
            Linux = new LinuxContainerConfig { Resources = resources, SecurityContext = SecurityContext(request.Pod, container, request.TargetContainerId, options.SeccompDefault) },
        };
        config.Command.AddRange(container.Command ?? []);
        config.Args.AddRange(container.Args ?? []);
        config.Envs.AddRange(request.Environment.Select(e => new KeyValue { Key = e.Key, Value = e.Value }));
        config.Mounts.AddRange(request.Mounts.Select(Of));
        config.Devices.AddRange(request.Devices.SelectMany(d => d.Paths).Select(path => new Device { HostPath = path, ContainerPath = path, Permissions = "rwm" }));
        config.Labels.Add(SandboxConfigs.PodLabels(request.Pod, options.NodeName));
        config.Labels.Add(CriLabels.ContainerName, container.Name);
        return config;
    }

    private static Mount Of(HostMount mount) => new()
    {
        HostPath = mount.HostPath,
        ContainerPath = mount.ContainerPath,
        Readonly = mount.ReadOnly,
        Propagation = mount.Propagation switch
        {
            MountPropagation.FromHost => Cri.MountPropagation.PropagationHostToContainer,
            MountPropagation.BothWays => Cri.MountPropagation.PropagationBidirectional,
            _ => Cri.MountPropagation.PropagationPrivate,
        },
    };

    private static LinuxContainerSecurityContext SecurityContext(V1Pod pod, V1Container container, string? targetContainerId, bool seccompDefault)
    {
        var own = container.SecurityContext;
        var shared = pod.Spec.SecurityContext;
        var context = new LinuxContainerSecurityContext
        {
            Privileged = own?.Privileged == true,
            ReadonlyRootfs = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivs = own?.AllowPrivilegeEscalation == false,
            NamespaceOptions = Namespaces(pod, targetContainerId),
            Seccomp = Seccomp(own?.SeccompProfile ?? shared?.SeccompProfile, seccompDefault && own?.Privileged != true),
            Capabilities = new Capability(),
        };
        context.Capabilities.AddCapabilities.AddRange(own?.Capabilities?.Add ?? []);
        context.Capabilities.DropCapabilities.AddRange(own?.Capabilities?.Drop ?? []);
        if ((own?.RunAsUser ?? shared?.RunAsUser) is { } user)
        {
            context.RunAsUser = new Int64Value { Value = user };
        }

        if ((own?.RunAsGroup ?? shared?.RunAsGroup) is { } group)
        {
            context.RunAsGroup = new Int64Value { Value = group };
        }

        context.SupplementalGroups.AddRange(shared?.SupplementalGroups?.Select(g => g!.Value) ?? []);
        if (shared?.FsGroup is { } fsGroup)
        {
            context.SupplementalGroups.Add(fsGroup);
        }

        if (!context.Privileged && own?.ProcMount != "Unmasked")
        {
            context.MaskedPaths.AddRange(MaskedPaths);
            context.ReadonlyPaths.AddRange(ReadOnlyPaths);
        }

        return context;
    }

    private static NamespaceOption Namespaces(V1Pod pod, string? targetContainerId)
    {
        var namespaces = SandboxConfigs.Namespaces(pod.Spec);
        if (targetContainerId is not null)
        {
            namespaces.Pid = NamespaceMode.Target;
            namespaces.TargetId = targetContainerId;
        }

        return namespaces;
    }

    /// <summary>Without a profile of its own it is unconfined, unless the node has a default, as kubelet does it.</summary>
    private static SecurityProfile Seccomp(V1SeccompProfile? profile, bool isDefault) => profile?.Type switch
    {
        null when isDefault => new() { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
        "RuntimeDefault" => new() { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
        "Localhost" => new() { ProfileType = SecurityProfile.Types.ProfileType.Localhost, LocalhostRef = profile.LocalhostProfile },
        _ => new() { ProfileType = SecurityProfile.Types.ProfileType.Unconfined },
    };
}
