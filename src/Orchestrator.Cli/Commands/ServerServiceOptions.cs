using System.CommandLine;
using System.Globalization;
using System.Net;
using Orchestrator.Api.Services;

namespace Orchestrator.Cli.Commands;

/// <summary>Options of <c>orchestrator server</c> about Services.</summary>
internal static class ServerServiceOptions
{
    private static readonly Option<string> Addresses = new("--service-cluster-ip-range")
    {
        Description = "IPv4 network from which Services are given their addresses; the same on all servers, and not changed later",
        HelpName = "CIDR",
        DefaultValueFactory = _ => "10.96.0.0/16",
    };

    private static readonly Option<string> NodePorts = new("--service-node-port-range")
    {
        Description = "Ports that Services of type NodePort are given on every node",
        HelpName = "FIRST-LAST",
        DefaultValueFactory = _ => "30000-32767",
    };

    private static readonly Option<string?> PodAddresses = new("--cluster-cidr")
    {
        Description = "IPv4 network from which every node is given a range for its pods (spec.podCIDR), for agents that make the pod network; none are given by default",
        HelpName = "CIDR",
    };

    private static readonly Option<int> NodePrefix = new("--node-cidr-mask-size")
    {
        Description = "Length of the prefix of a node's range",
        HelpName = "BITS",
        DefaultValueFactory = _ => 24,
    };

    public static void AddTo(Command command)
    {
        command.Add(PodAddresses);
        command.Add(NodePrefix);
        command.Add(Addresses);
        command.Add(NodePorts);
    }

    public static ServiceNetwork Read(ParseResult parsed)
    {
        IPNetwork services = Network(parsed.GetRequiredValue(Addresses));
        return new ServiceNetwork
        {
            Addresses = services,
            NodePorts = Range(parsed.GetRequiredValue(NodePorts)),
            PodAddresses = parsed.GetValue(PodAddresses) is { } pods ? Pods(pods, services, parsed.GetRequiredValue(NodePrefix)) : null,
            NodePrefixLength = parsed.GetRequiredValue(NodePrefix),
        };
    }

    private static IPNetwork Pods(string text, IPNetwork services, int nodePrefix) =>
        !IPNetwork.TryParse(text, out IPNetwork network) || network.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork
            ? throw new CommandFailedException($"{PodAddresses.Name}: \"{text}\" is no IPv4 network, such as 10.244.0.0/16")
        : nodePrefix < network.PrefixLength || nodePrefix > 29 || nodePrefix - network.PrefixLength > 16
            ? throw new CommandFailedException($"{NodePrefix.Name}: {nodePrefix} does not fit {PodAddresses.Name} {text}: it must be {network.PrefixLength} to {Math.Min(29, network.PrefixLength + 16)}")
        : network.Contains(services.BaseAddress) || services.Contains(network.BaseAddress)
            ? throw new CommandFailedException($"{PodAddresses.Name}: {text} overlaps {Addresses.Name} {services}")
        : network;

    private static IPNetwork Network(string text) =>
        !IPNetwork.TryParse(text, out IPNetwork network) ? throw new CommandFailedException($"{Addresses.Name}: \"{text}\" is no network, such as 10.96.0.0/16")
        : ServiceNetwork.Fault(network) is { } fault ? throw new CommandFailedException($"{Addresses.Name}: {text} {fault}")
        : network;

    private static NumberRange Range(string text)
    {
        string[] ends = text.Split('-');
        return ends.Length == 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && first >= 1 && last >= first && last <= IPEndPoint.MaxPort
            ? new NumberRange(first, last - first + 1)
            : throw new CommandFailedException($"{NodePorts.Name}: \"{text}\" is no range of ports, such as 30000-32767");
    }
}
