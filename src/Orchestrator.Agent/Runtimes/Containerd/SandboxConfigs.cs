using k8s.Models;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Agent.Runtimes.Containerd.Cri;
using Orchestrator.Model;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>A pod as a CRI sandbox configuration. Pure.</summary>
internal static class SandboxConfigs
{
    // Linux allows a host name of 64 bytes; pods may be called longer.
    private const int MaxHostnameLength = 63;

    public static PodSandboxConfig Of(V1Pod pod, int attempt, string logDirectory, ResolverConfig? resolver, ContainerdOptions options)
    {
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata
            {
                Name = pod.Metadata.Name,
                Namespace = pod.Metadata.NamespaceProperty,
                Uid = pod.Metadata.Uid,
                Attempt = (uint)attempt,
            },
            Hostname = pod.Spec.HostNetwork == true ? "" : Hostname(pod),
            LogDirectory = logDirectory,
            DnsConfig = Dns(resolver),
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = CgroupParent(pod.Metadata.Uid, options),
                SecurityContext = SecurityContext(pod.Spec),
            },
        };
        config.Labels.Add(PodLabels(pod, options.NodeName));
        config.Annotations.Add(CriLabels.LogDirectory, logDirectory);
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
        {
            config.Linux.Sysctls[sysctl.Name] = sysctl.Value;
        }

        config.PortMappings.AddRange(pod.Spec.HostNetwork == true ? [] : Ports(pod.Spec));
        return config;
    }

    /// <summary>Control group of the pod, in which runc makes those of its containers.</summary>
    public static string CgroupParent(string podUid, ContainerdOptions options) => $"/{options.CgroupParent}/{options.NodeName}/pod{podUid}";

    public static Dictionary<string, string> PodLabels(V1Pod pod, string nodeName) => new(StringComparer.Ordinal)
    {
        [CriLabels.PodName] = pod.Metadata.Name,
        [CriLabels.PodNamespace] = pod.Metadata.NamespaceProperty,
        [CriLabels.PodUid] = pod.Metadata.Uid,
        [WellKnown.NodeLabel] = nodeName,
    };

    public static NamespaceOption Namespaces(V1PodSpec spec) => new()
    {
        Network = spec.HostNetwork == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = spec.HostIPC == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = spec.HostPID == true ? NamespaceMode.Node
            : spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
    };

    private static string Hostname(V1Pod pod)
    {
        var name = string.IsNullOrEmpty(pod.Spec.Hostname) ? pod.Metadata.Name : pod.Spec.Hostname;
        return name.Length <= MaxHostnameLength ? name : name[..MaxHostnameLength].TrimEnd('-', '.');
    }

    private static LinuxSandboxSecurityContext SecurityContext(V1PodSpec spec)
    {
        var context = new LinuxSandboxSecurityContext
        {
            NamespaceOptions = Namespaces(spec),
            // A privileged container needs a privileged sandbox around it.
            Privileged = spec.Containers.Concat(spec.InitContainers ?? []).Any(c => c.SecurityContext?.Privileged == true),
            Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
        };
        if (spec.SecurityContext?.RunAsUser is { } user)
        {
            context.RunAsUser = new Int64Value { Value = user };
        }

        if (spec.SecurityContext?.RunAsGroup is { } group)
        {
            context.RunAsGroup = new Int64Value { Value = group };
        }

        return context;
    }

    private static DNSConfig? Dns(ResolverConfig? resolver)
    {
        if (resolver is null)
        {
            return null;
        }

        var config = new DNSConfig();
        config.Servers.AddRange(resolver.Servers);
        config.Searches.AddRange(resolver.Searches);
        config.Options.AddRange(resolver.Options);
        return config;
    }

    private static IEnumerable<PortMapping> Ports(V1PodSpec spec) =>
        from container in spec.Containers
        from port in container.Ports ?? []
        where port.HostPort is > 0
        select new PortMapping
        {
            ContainerPort = port.ContainerPort,
            HostPort = port.HostPort!.Value,
            HostIp = port.HostIP ?? "",
            Protocol = port.Protocol switch { "UDP" => Protocol.Udp, "SCTP" => Protocol.Sctp, _ => Protocol.Tcp },
        };
}
