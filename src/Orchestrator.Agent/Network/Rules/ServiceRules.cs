using System.Globalization;

namespace Orchestrator.Agent.Network.Rules;

/// <summary>
/// Services as rules: verdict maps lead from an address and port to a chain that chooses an endpoint. What the maps do not know is refused, so that a client of
/// a Service without endpoints, or of a port that a Service has not, is told at once. Pure.
/// </summary>
internal static class ServiceRules
{
    /// <summary>Set on packets whose source must become the node's, so that answers come back through it.</summary>
    public const string Mark = "0x4000";

    public const string SetMark = "meta mark set meta mark or " + Mark;

    private const string ByAddress = "ip daddr . meta l4proto . th dport";
    private const string ByPort = "meta l4proto . th dport";

    /// <summary>Adds them to the table.</summary>
    /// <param name="table">The node's table.</param>
    /// <param name="ports">All that is routed.</param>
    public static void Add(RuleTable table, IReadOnlyList<ServicePort> ports)
    {
        List<string> addresses = [];
        List<string> nodePorts = [];
        List<string> deadAddresses = [];
        List<string> deadNodePorts = [];
        foreach (var port in ports)
        {
            var inside = string.Create(CultureInfo.InvariantCulture, $"{port.ClusterIp} . {port.Protocol} . {port.Port}");
            var outside = port.OtherAddresses.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a} . {port.Protocol} . {port.Port}")).ToList();
            var onNode = string.Create(CultureInfo.InvariantCulture, $"{port.Protocol} . {port.NodePort}");
            if (port.Cluster.IsEmpty)
            {
                deadAddresses.AddRange([inside, .. outside]);
                deadNodePorts.AddRange(port.NodePort > 0 ? [onNode] : []);
                continue;
            }

            addresses.Add($"{inside} : goto {Balance(table, port, port.IsInternalLocal)}");
            if (port.NodePort > 0 || outside.Count > 0)
            {
                var external = External(table, port);
                addresses.AddRange(outside.Select(key => $"{key} : goto {external}"));
                nodePorts.AddRange(port.NodePort > 0 ? [$"{onNode} : goto {external}"] : []);
            }
        }

        table.AddMap("service-addresses", "type ipv4_addr . inet_proto . inet_service : verdict;", addresses);
        table.AddMap("service-node-ports", "type inet_proto . inet_service : verdict;", nodePorts);
        table.AddSet("dead-addresses", "type ipv4_addr . inet_proto . inet_service;", deadAddresses);
        table.AddSet("dead-node-ports", "type inet_proto . inet_service;", deadNodePorts);
        table.AddSet("cluster-addresses", "type ipv4_addr;", ports.Select(p => p.ClusterIp).Distinct(StringComparer.Ordinal));
        table.AddSet(
            "hairpins", "type ipv4_addr . ipv4_addr;", ports.SelectMany(p => p.Local).Select(e => $"{e.Address} . {e.Address}").Distinct(StringComparer.Ordinal));
        AddChains(table);
    }

    private static void AddChains(RuleTable table)
    {
        table.AddChain(
            "services",
            null,
            [
                // Who is neither a pod nor this node has no way back from an endpoint but through here.
                $"ip daddr @cluster-addresses ip saddr != @pod-ranges fib saddr type != local {SetMark}",
                $"{ByAddress} vmap @service-addresses",
                $"fib daddr type local {ByPort} vmap @service-node-ports",
            ]);
        table.AddChain("nat-prerouting", "type nat hook prerouting priority dstnat", ["jump services"]);
        table.AddChain("nat-output", "type nat hook output priority -100", ["jump services"]);
        table.AddChain(
            "refusals",
            null,
            [
                $"{ByAddress} @dead-addresses reject",
                $"fib daddr type local {ByPort} @dead-node-ports reject",
                // Whoever is still on the way to an address of a Service has asked for a port that it has not.
                "ip daddr @cluster-addresses reject",
            ]);
        table.AddChain("filter-input", "type filter hook input priority filter", ["ct state new jump refusals"]);
        table.AddChain("filter-output", "type filter hook output priority filter", ["ct state new jump refusals"]);
    }

    /// <summary>The chain for traffic from outside: by node port or external address.</summary>
    private static string External(RuleTable table, ServicePort port)
    {
        var everywhere = Balance(table, port, local: false);
        List<string> rules = port.IsExternalLocal
            ? [
                // From inside the cluster the whole Service is meant; only what comes from outside keeps to this node, and its source.
                $"ip saddr @pod-ranges goto {everywhere}",
                $"fib saddr type local {SetMark} goto {everywhere}",
                $"goto {Balance(table, port, local: true)}",
            ]
            : [SetMark, $"goto {everywhere}"];
        var name = RuleTable.NameOf("external", port.Name + string.Join('\n', rules));
        table.AddChain(name, null, rules);
        return name;
    }

    /// <summary>The chain that chooses one of the endpoints.</summary>
    private static string Balance(RuleTable table, ServicePort port, bool local)
    {
        var endpoints = local ? port.Local : port.Cluster;
        // None here though there are some elsewhere: to refuse would have clients give up, who come back when one is here again.
        List<string> rules = endpoints.IsEmpty ? ["drop"]
            : port.AffinitySeconds is { } seconds ? Sticky(table, port, [.. endpoints], seconds)
            : [$"meta l4proto {port.Protocol} dnat ip to numgen random mod {Text(endpoints.Length)} map {{ {string.Join(", ", endpoints.Select((e, i) => $"{Text(i)} : {e.Data}"))} }}"];
        var name = RuleTable.NameOf("service", port.Name + string.Join('\n', rules));
        table.AddChain(name, null, rules);
        return name;
    }

    /// <summary>Who was at an endpoint within the time goes there again; each endpoint knows its clients, and one that goes is forgotten with them.</summary>
    private static List<string> Sticky(RuleTable table, ServicePort port, List<ServiceEndpoint> endpoints, int seconds)
    {
        List<string> returning = [];
        List<string> choices = [];
        foreach (var endpoint in endpoints)
        {
            var clients = RuleTable.NameOf("clients", $"{port.Name} {endpoint.Data} {Text(seconds)}");
            var chain = RuleTable.NameOf("endpoint", $"{port.Name} {endpoint.Data} {Text(seconds)}");
            table.AddFilledSet(clients, $"type ipv4_addr; flags dynamic,timeout; timeout {Text(seconds)}s; size 65535;");
            table.AddChain(chain, null, [$"update @{clients} {{ ip saddr }}", $"meta l4proto {port.Protocol} dnat ip to {endpoint.Address}:{Text(endpoint.Port)}"]);
            returning.Add($"ip saddr @{clients} goto {chain}");
            choices.Add($"{Text(choices.Count)} : goto {chain}");
        }

        return [.. returning, $"numgen random mod {Text(endpoints.Count)} vmap {{ {string.Join(", ", choices)} }}"];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
