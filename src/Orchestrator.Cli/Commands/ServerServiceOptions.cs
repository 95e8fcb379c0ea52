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

    public static void AddTo(Command command)
    {
        command.Add(Addresses);
        command.Add(NodePorts);
    }

    public static ServiceNetwork Read(ParseResult parsed) => new()
    {
        Addresses = Network(parsed.GetRequiredValue(Addresses)),
        NodePorts = Range(parsed.GetRequiredValue(NodePorts)),
    };

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
