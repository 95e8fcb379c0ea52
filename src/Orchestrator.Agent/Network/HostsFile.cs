using System.Text;
using k8s.Models;

namespace Orchestrator.Agent.Network;

/// <summary>The <c>/etc/hosts</c> of a pod's containers, as kubelet makes it: loopback, the pod's own name, <c>hostAliases</c>. Pure.</summary>
public static class HostsFile
{
    /// <summary>Where containers see it. One that mounts something there itself keeps that.</summary>
    public const string Path = "/etc/hosts";

    private const string Own = """
        # Made by the node agent.
        127.0.0.1	localhost
        ::1	localhost ip6-localhost ip6-loopback
        fe00::0	ip6-localnet
        fe00::0	ip6-mcastprefix
        fe00::1	ip6-allnodes
        fe00::2	ip6-allrouters

        """;

    /// <param name="pod">The pod.</param>
    /// <param name="podIp">Its address.</param>
    /// <param name="api">Where it finds the API, null if nowhere.</param>
    /// <param name="ofNode">The node's own file, which pods on its network see as well.</param>
    /// <param name="domain">The cluster's domain; empty where there is none.</param>
    public static string Of(V1Pod pod, string? podIp, ApiPlace? api, string ofNode, string domain = "")
    {
        var text = new StringBuilder();
        if (pod.Spec.HostNetwork == true)
        {
            text.Append(ofNode.TrimEnd('\n')).Append('\n');
        }
        else
        {
            text.Append(Own);
            Add(text, podIp, Names(pod, domain));
        }

        if (api?.HostAddress is { } address)
        {
            Add(text, address.ToString(), [api.Host, "kubernetes.default", "kubernetes"]);
        }

        if (pod.Spec.HostAliases is { Count: > 0 } aliases)
        {
            text.Append("\n# From spec.hostAliases.\n");
            foreach (var alias in aliases)
            {
                Add(text, alias.Ip, alias.Hostnames ?? []);
            }
        }

        return text.ToString();
    }

    // The full name first: it is what a program gets that asks for the canonical one.
    private static IEnumerable<string> Names(V1Pod pod, string domain)
    {
        var hostname = string.IsNullOrEmpty(pod.Spec.Hostname) ? pod.Metadata.Name : pod.Spec.Hostname;
        return string.IsNullOrEmpty(pod.Spec.Subdomain) || domain.Length == 0
            ? [hostname]
            : [$"{hostname}.{pod.Spec.Subdomain}.{pod.Metadata.NamespaceProperty}.svc.{domain}", hostname];
    }

    private static void Add(StringBuilder text, string? ip, IEnumerable<string> names)
    {
        if (!string.IsNullOrEmpty(ip))
        {
            text.Append(ip).Append('\t').AppendJoin('\t', names).Append('\n');
        }
    }
}
