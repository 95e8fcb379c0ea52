using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Network.Rules;

namespace Orchestrator.Agent.Network.Policies;

/// <summary>
/// NetworkPolicies as rules. A pod that a policy selects is isolated in the policy's directions: what no policy allows is dropped. Each isolated pod has a chain
/// per direction, named after its content, so that pods under the same policies share one. Pure.
/// </summary>
internal static class PolicyRules
{
    /// <summary>Adds chains and maps to the table.</summary>
    /// <returns>Rules for forwarded traffic that asks them.</returns>
    public static IReadOnlyList<string> Add(RuleTable table, PolicyInput input)
    {
        var peers = new PolicyPeers(input);
        List<string> egress = [];
        List<string> ingress = [];
        foreach (var pod in input.Local.OrderBy(p => p.Address, StringComparer.Ordinal).DistinctBy(p => p.Address))
        {
            var policies = input.Policies
                .Where(p => p.Metadata.NamespaceProperty == pod.Pod.Metadata.NamespaceProperty && PolicyPeers.Selects(p.Spec?.PodSelector, pod.Pod.Metadata.Labels))
                .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).ToList();
            Isolate(table, "egress", pod, [.. policies.Where(IsEgress)], p => Egress(table, peers, p), egress);
            Isolate(table, "ingress", pod, [.. policies.Where(IsIngress)], p => Ingress(table, peers, p, pod.Pod), ingress);
        }

        table.AddMap("isolated-egress", "type ipv4_addr : verdict;", egress);
        table.AddMap("isolated-ingress", "type ipv4_addr : verdict;", ingress);
        return ["ip saddr vmap @isolated-egress", "ip daddr vmap @isolated-ingress"];
    }

    private static void Isolate(
        RuleTable table, string direction, LocalPod pod, List<V1NetworkPolicy> policies, Func<V1NetworkPolicy, IEnumerable<string>> allowed, List<string> map)
    {
        if (policies.Count == 0)
        {
            return;
        }

        // What is allowed goes back to the asking rule, since the other direction has a say too.
        List<string> rules = [.. policies.SelectMany(allowed).Distinct(StringComparer.Ordinal).Select(match => $"{match} return".TrimStart()), "drop"];
        var chain = RuleTable.NameOf(direction, string.Join('\n', rules));
        table.AddChain(chain, null, rules);
        map.Add($"{pod.Address} : jump {chain}");
    }

    private static bool IsIngress(V1NetworkPolicy policy) => policy.Spec?.PolicyTypes is not { Count: > 0 } types || types.Contains("Ingress");

    private static bool IsEgress(V1NetworkPolicy policy) => policy.Spec?.PolicyTypes is { Count: > 0 } types ? types.Contains("Egress") : policy.Spec?.Egress is { Count: > 0 };

    private static IEnumerable<string> Ingress(RuleTable table, PolicyPeers peers, V1NetworkPolicy policy, V1Pod target) =>
        from rule in policy.Spec?.Ingress ?? []
        from source in peers.Matches(table, "saddr", rule.FromProperty, policy.Metadata.NamespaceProperty)
        from port in Ports(rule.Ports, name => PolicyPeers.PortOf(target, name.Port, name.Protocol))
        select Join(source, port);

    private static IEnumerable<string> Egress(RuleTable table, PolicyPeers peers, V1NetworkPolicy policy)
    {
        foreach (var rule in policy.Spec?.Egress ?? [])
        {
            var numbered = rule.Ports?.Where(p => !IsNamed(p)).ToList();
            foreach (var destination in rule.Ports is { Count: > 0 } && numbered is { Count: 0 } ? [] : peers.Matches(table, "daddr", rule.To, policy.Metadata.NamespaceProperty))
            {
                foreach (var port in Ports(numbered, _ => null))
                {
                    yield return Join(destination, port);
                }
            }

            // A named port is another number in every pod.
            foreach (var named in rule.Ports?.Where(IsNamed) ?? [])
            {
                foreach (var match in peers.NamedMatches(table, rule.To, policy.Metadata.NamespaceProperty, named.Port.Value, ProtocolOf(named)))
                {
                    yield return match;
                }
            }
        }
    }

    /// <summary>Matches of ports; one that matches all where none is named, none where only names are given that nothing has.</summary>
    private static IEnumerable<string> Ports(IList<V1NetworkPolicyPort>? ports, Func<(string Port, string Protocol), int?> resolve)
    {
        if (ports is not { Count: > 0 })
        {
            return [""];
        }

        return ports.GroupBy(ProtocolOf, StringComparer.Ordinal).Select(group =>
        {
            if (group.Any(p => p.Port is null))
            {
                return $"meta l4proto {group.Key}";
            }

            var numbers = group.Select(p => Number(p, resolve)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            return numbers.Count == 0 ? null : $"meta l4proto {group.Key} th dport {{ {string.Join(", ", numbers)} }}";
        }).OfType<string>();
    }

    private static string? Number(V1NetworkPolicyPort port, Func<(string Port, string Protocol), int?> resolve)
    {
        if (IsNamed(port))
        {
            return resolve((port.Port.Value, ProtocolOf(port)))?.ToString(CultureInfo.InvariantCulture);
        }

        return port.EndPort is { } end ? string.Create(CultureInfo.InvariantCulture, $"{port.Port.Value}-{end}") : port.Port.Value;
    }

    private static bool IsNamed(V1NetworkPolicyPort port) => port.Port is { } value && !int.TryParse(value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string ProtocolOf(V1NetworkPolicyPort port) => (port.Protocol ?? "TCP").ToLowerInvariant();

    private static string Join(string one, string other) => $"{one} {other}".Trim();
}
