using k8s.Models;
using Orchestrator.Agent.Network.Policies;

namespace Orchestrator.Agent.Network.Rules;

/// <summary>All that the rules of a node are made of.</summary>
internal sealed record RuleInput
{
    public required PodNetworkOptions Options { get; init; }

    public required string NodeName { get; init; }

    /// <summary>This node's.</summary>
    public required PodRange Range { get; init; }

    public required IReadOnlyCollection<V1Node> Nodes { get; init; }

    public required IReadOnlyCollection<V1Service> Services { get; init; }

    public required IReadOnlyCollection<V1EndpointSlice> EndpointSlices { get; init; }

    public required PolicyInput Policies { get; init; }
}

/// <summary>The rules of a node, from what the cluster is. Pure: the same input gives the same tables.</summary>
internal static class NodeRules
{
    public static IReadOnlyList<RuleTable> Of(RuleInput input) => [Routed(input), Bridged(input)];

    private static RuleTable Routed(RuleInput input)
    {
        var table = new RuleTable("ip", input.Options.Table);
        var bridge = input.Options.Bridge;
        // The name server is this node itself, at the Service's address: nothing to be led anywhere.
        ServicePort[] ports = [.. ServicePort.Of(input.Services.Where(s => !NameServer.IsOurs(s)), input.EndpointSlices, input.NodeName)];
        table.AddSet("pod-ranges", "type ipv4_addr; flags interval;", Ranges(input));
        ServiceRules.Add(table, ports);
        // 127.0.0.0/8 may be routed here (see the bridge's settings): not for packets that come with it.
        table.AddChain("raw-prerouting", "type filter hook prerouting priority raw", [$"iifname \"{bridge}\" ip daddr 127.0.0.0/8 drop"]);
        table.AddChain(
            "nat-postrouting",
            "type nat hook postrouting priority srcnat",
            [
                $"meta mark and {ServiceRules.Mark} != 0 meta mark set meta mark and 0xffffbfff masquerade",
                "ct status dnat ip saddr . ip daddr @hairpins masquerade",
                $"oifname \"{bridge}\" ip saddr 127.0.0.0/8 masquerade",
                $"ip saddr {input.Range.Network} oifname != \"{bridge}\" ip daddr != @pod-ranges masquerade",
            ]);
        var policies = PolicyRules.Add(table, input.Policies);
        table.AddChain(
            "filter-forward",
            "type filter hook forward priority filter",
            ["ct state new jump refusals", "ct state established,related accept", "ip saddr . ip daddr @hairpins accept", .. policies]);
        return table;
    }

    private static IEnumerable<string> Ranges(RuleInput input) => input.Nodes
        .Select(n => PodRange.Parse(n.Spec?.PodCIDR)).Append(input.Range).OfType<PodRange>()
        .Select(r => r.Network.ToString()).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// Has pods of one bridge talk through the node's router and not past it: only so are answers of a neighbour translated back, and policies asked. By the
    /// hardware address alone, so that it works with and without the kernel's br_netfilter.
    /// </summary>
    private static RuleTable Bridged(RuleInput input)
    {
        var table = new RuleTable("bridge", input.Options.Table);
        var range = input.Range.Network.ToString();
        var toRouter = $"meta pkttype != {{ broadcast, multicast }} ether daddr set {input.Range.BridgeMac} meta pkttype set host";
        var tap = $"\"{input.Options.TapPrefix}*\"";
        table.AddChain("prerouting", "type filter hook prerouting priority -350", [$"ip saddr {range} {toRouter}", $"ip daddr {range} {toRouter}"]);
        // Containers have no IPv6 (see the CNI configuration); machines are free to, and would have a way around policies.
        table.AddChain(
            "forward", "type filter hook forward priority -200", [$"iifname {tap} ether type != {{ arp, ip }} drop", $"oifname {tap} ether type != {{ arp, ip }} drop"]);
        return table;
    }
}
