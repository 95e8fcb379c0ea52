using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>The checks of <c>baseline</c>: known ways out of isolation. Each returns <c>reason (detail)</c>, or null.</summary>
internal static class BaselineChecks
{
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

    private static readonly string[] DefaultCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    private static readonly string[] Namespaces = ["hostNetwork", "hostPID", "hostIPC"];

    private static readonly string[] SeLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    /// <summary>Sysctls that stay within the pod, and the minor version from which they are allowed.</summary>
    private static readonly Dictionary<string, int> SafeSysctls = new(StringComparer.Ordinal)
    {
        ["kernel.shm_rmid_forced"] = 0,
        ["net.ipv4.ip_local_port_range"] = 0,
        ["net.ipv4.tcp_syncookies"] = 0,
        ["net.ipv4.ping_group_range"] = 0,
        ["net.ipv4.ip_unprivileged_port_start"] = 0,
        ["net.ipv4.ip_local_reserved_ports"] = 27,
        ["net.ipv4.tcp_keepalive_time"] = 29,
        ["net.ipv4.tcp_fin_timeout"] = 29,
        ["net.ipv4.tcp_keepalive_intvl"] = 29,
        ["net.ipv4.tcp_keepalive_probes"] = 29,
        ["net.ipv4.tcp_rmem"] = 32,
        ["net.ipv4.tcp_wmem"] = 32,
    };

    public static string? AppArmor(SecurityView pod)
    {
        bool podSets = IsUnconfined(pod.Context.Child("appArmorProfile"));
        string[] bad = pod.Where(c => IsUnconfined(c.Child("appArmorProfile")));
        string[] annotations =
        [
            .. (pod.Metadata.Child("annotations") ?? [])
                .Where(a => a.Key.StartsWith(AppArmorAnnotation, StringComparison.Ordinal)
                    && a.Value.AsText() is { Length: > 0 } profile && profile != "runtime/default" && !profile.StartsWith("localhost/", StringComparison.Ordinal))
                .Select(a => $"{a.Key}=\"{a.Value.AsText()}\""),
        ];
        var details = new List<string>();
        if (podSets || bad.Length > 0)
        {
            details.Add($"{SecurityView.Setters(podSets, bad)} must not set AppArmor profile type to \"Unconfined\"");
        }

        details.AddRange(annotations);
        return details.Count == 0 ? null : $"forbidden AppArmor {(details.Count == 1 ? "profile" : "profiles")} ({string.Join(", ", details)})";
    }

    public static string? Capabilities(SecurityView pod)
    {
        string[] bad = pod.Where(c => Added(c).Any());
        string[] added = [.. pod.Containers.SelectMany(c => Added(c.Context)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return bad.Length == 0
            ? null
            : $"non-default capabilities ({SecurityView.Named(bad)} must not include {SecurityView.Quoted(added)} in securityContext.capabilities.add)";
    }

    public static string? HostNamespaces(SecurityView pod)
    {
        string[] bad = [.. Namespaces.Where(h => pod.Spec.Flag(h) == true).Select(h => h + "=true")];
        return bad.Length == 0 ? null : $"host namespaces ({string.Join(", ", bad)})";
    }

    public static string? HostPathVolumes(SecurityView pod)
    {
        string[] bad = [.. pod.Spec.Items("volumes").Where(v => v.Item.Child("hostPath") is not null).Select(v => v.Item.Text("name") ?? "")];
        return bad.Length == 0 ? null : $"hostPath volumes ({(bad.Length == 1 ? "volume" : "volumes")} {SecurityView.Quoted(bad)})";
    }

    public static string? HostPorts(SecurityView pod)
    {
        var ports = new SortedSet<string>(StringComparer.Ordinal);
        var bad = new List<string>();
        foreach ((string name, JsonObject container, _) in pod.Containers)
        {
            long[] own = [.. container.Items("ports").Select(p => p.Item.Integer("hostPort") ?? 0).Where(p => p != 0)];
            if (own.Length > 0)
            {
                bad.Add(name);
                ports.UnionWith(own.Select(p => p.ToString(CultureInfo.InvariantCulture)));
            }
        }

        return bad.Count == 0
            ? null
            : $"hostPort ({SecurityView.Named(bad)} {(bad.Count == 1 ? "uses" : "use")} {(ports.Count == 1 ? "hostPort" : "hostPorts")} {string.Join(", ", ports)})";
    }

    public static string? Privileged(SecurityView pod)
    {
        string[] bad = pod.Where(c => c.Flag("privileged") == true);
        return bad.Length == 0 ? null : $"privileged ({SecurityView.Named(bad)} must not set securityContext.privileged=true)";
    }

    public static string? ProcMount(SecurityView pod)
    {
        string[] bad = pod.Where(c => c.Text("procMount") is { Length: > 0 } and not "Default");
        string[] types = [.. pod.Containers.Select(c => c.Context.Text("procMount")).OfType<string>().Where(t => t is not ("" or "Default")).Distinct(StringComparer.Ordinal)];
        return bad.Length == 0 ? null : $"procMount ({SecurityView.Named(bad)} must not set securityContext.procMount to {SecurityView.Quoted(types)})";
    }

    public static string? SeLinux(SecurityView pod)
    {
        bool podSets = Faults(pod.Context).Any();
        string[] bad = pod.Where(c => Faults(c).Any());
        string[] faults = [.. Faults(pod.Context).Concat(pod.Containers.SelectMany(c => Faults(c.Context))).Distinct(StringComparer.Ordinal)];
        return faults.Length == 0
            ? null
            : $"seLinuxOptions ({SecurityView.Setters(podSets, bad)} set forbidden securityContext.seLinuxOptions: {string.Join("; ", faults)})";

        static IEnumerable<string> Faults(JsonObject? context)
        {
            JsonObject? options = context.Child("seLinuxOptions");
            if (!SeLinuxTypes.Contains(options.Text("type") ?? ""))
            {
                yield return $"type \"{options.Text("type")}\"";
            }

            if (!string.IsNullOrEmpty(options.Text("user")))
            {
                yield return "user may not be set";
            }

            if (!string.IsNullOrEmpty(options.Text("role")))
            {
                yield return "role may not be set";
            }
        }
    }

    public static string? Seccomp(SecurityView pod)
    {
        bool podSets = IsUnconfined(pod.Context.Child("seccompProfile"));
        string[] bad = pod.Where(c => IsUnconfined(c.Child("seccompProfile")));
        return !podSets && bad.Length == 0
            ? null
            : $"seccompProfile ({SecurityView.Setters(podSets, bad)} must not set securityContext.seccompProfile.type to \"Unconfined\")";
    }

    public static string? Sysctls(SecurityView pod, int minor)
    {
        string[] bad =
        [
            .. pod.Context.Items("sysctls").Select(s => s.Item.Text("name") ?? "")
                .Where(s => !SafeSysctls.TryGetValue(s, out int since) || minor < since).Order(StringComparer.Ordinal),
        ];
        return bad.Length == 0 ? null : $"forbidden sysctls ({string.Join(", ", bad)})";
    }

    public static string? HostProcess(SecurityView pod)
    {
        bool podSets = pod.Context.Child("windowsOptions").Flag("hostProcess") == true;
        string[] bad = pod.Where(c => c.Child("windowsOptions").Flag("hostProcess") == true);
        return !podSets && bad.Length == 0
            ? null
            : $"hostProcess ({SecurityView.Setters(podSets, bad)} must not set securityContext.windowsOptions.hostProcess=true)";
    }

    private static IEnumerable<string> Added(JsonObject? context) =>
        context.Child("capabilities").Texts("add").Where(c => !DefaultCapabilities.Contains(c));

    private static bool IsUnconfined(JsonObject? profile) => profile.Text("type") == "Unconfined";
}
