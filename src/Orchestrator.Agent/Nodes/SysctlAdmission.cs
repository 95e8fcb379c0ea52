using k8s.Models;

namespace Orchestrator.Agent.Nodes;

/// <summary>
/// Which kernel parameters a pod may set for itself: those that are its namespaces' own and harm nobody else, as kubelet's list of safe ones. Pure.
/// </summary>
internal static class SysctlAdmission
{
    private static readonly HashSet<string> Safe = new(
        [
            "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
        ],
        StringComparer.Ordinal);

    public static AdmissionRefusal? Check(V1Pod pod)
    {
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
        {
            // The slash is the other way to write them.
            var name = sysctl.Name.Replace('/', '.');
            if (!Safe.Contains(name))
            {
                return new AdmissionRefusal("SysctlForbidden", $"forbidden sysctl: \"{sysctl.Name}\" not allowlisted");
            }

            if (pod.Spec.HostNetwork == true && name.StartsWith("net.", StringComparison.Ordinal))
            {
                return new AdmissionRefusal("SysctlForbidden", $"forbidden sysctl: \"{sysctl.Name}\" not allowed with host net enabled");
            }
        }

        return null;
    }
}
