using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;

namespace Orchestrator.Agent.Network.Dns;

/// <summary>An <c>/etc/resolv.conf</c> (resolv.conf(5)).</summary>
/// <param name="Servers">Addresses of name servers, at most three.</param>
/// <param name="Searches">Domains that names are tried in, at most 32.</param>
/// <param name="Options">As they are written: <c>ndots:5</c>.</param>
public sealed record ResolverConfig(ImmutableArray<string> Servers, ImmutableArray<string> Searches, ImmutableArray<string> Options)
{
    // The C library reads no more servers; Kubernetes allows no more domains.
    private const int MaxServers = 3;
    private const int MaxSearches = 32;

    public static readonly ResolverConfig Empty = new([], [], []);

    /// <summary>Reads a file's text; lines that are not understood are left out.</summary>
    public static ResolverConfig Parse(string text)
    {
        var config = Empty;
        foreach (var words in text.Split('\n').Select(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1))
        {
            config = words[0] switch
            {
                "nameserver" => config with { Servers = config.Servers.Add(words[1]) },
                // The last line of these counts.
                "search" => config with { Searches = [.. words.Skip(1).Where(domain => domain != ".")] },
                "domain" => config with { Searches = [words[1]] },
                "options" => config with { Options = config.Options.AddRange(words.Skip(1)) },
                _ => config,
            };
        }

        return config;
    }

    /// <summary>What a pod is given, by its <c>dnsPolicy</c> and <c>dnsConfig</c>, as kubelet decides it. Pure.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="node">The node's own.</param>
    /// <param name="clusterServer">The cluster's name server; null where there is none.</param>
    /// <param name="domain">The cluster's domain.</param>
    public static ResolverConfig Of(V1Pod pod, ResolverConfig node, string? clusterServer, string domain)
    {
        var policy = pod.Spec.DnsPolicy ?? "ClusterFirst";
        var isCluster = clusterServer is not null
            && (policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && pod.Spec.HostNetwork != true));
        var config = policy == "None" ? Empty
            : isCluster ? new ResolverConfig(
                [clusterServer!],
                [$"{pod.Metadata.NamespaceProperty}.svc.{domain}", $"svc.{domain}", domain, .. node.Searches],
                ["ndots:5"])
            : node;
        return config.With(pod.Spec.DnsConfig).Bounded();
    }

    /// <summary>The text of the file.</summary>
    public override string ToString() => string.Concat(
        Searches.IsEmpty ? "" : $"search {string.Join(' ', Searches)}\n",
        string.Concat(Servers.Select(server => $"nameserver {server}\n")),
        Options.IsEmpty ? "" : $"options {string.Join(' ', Options)}\n");

    private ResolverConfig With(V1PodDNSConfig? wanted)
    {
        if (wanted is null)
        {
            return this;
        }

        var options = (wanted.Options ?? []).Select(o => (o.Name, Text: o.Value is null ? o.Name : string.Create(CultureInfo.InvariantCulture, $"{o.Name}:{o.Value}"))).ToList();
        return new ResolverConfig(
            [.. Servers, .. wanted.Nameservers ?? []],
            [.. Searches, .. wanted.Searches ?? []],
            [.. Options.Where(o => options.All(w => w.Name != o.Split(':')[0])), .. options.Select(o => o.Text)]);
    }

    private ResolverConfig Bounded() => new(
        [.. Servers.Distinct(StringComparer.Ordinal).Take(MaxServers)],
        [.. Searches.Distinct(StringComparer.Ordinal).Take(MaxSearches)],
        [.. Options.Distinct(StringComparer.Ordinal)]);
}
