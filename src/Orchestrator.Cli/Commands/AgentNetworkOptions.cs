using System.CommandLine;
using Orchestrator.Agent.Network;

namespace Orchestrator.Cli.Commands;

/// <summary>Options of <c>orchestrator agent</c> about the network of its pods.</summary>
internal static class AgentNetworkOptions
{
    private const int MaxInterfaceNameLength = 15;

    private static readonly Option<string?> ConfigDirectory = new("--cni-conf-dir")
    {
        Description = "Make the pod network: addresses, routes to other nodes, Services, DNS, network policies. containerd's directory of CNI configurations; without it the pod network is somebody else's",
        HelpName = "DIR",
    };

    private static readonly Option<string> BinDirectory = new("--cni-bin-dir") { Description = "Directory of the CNI plugins", HelpName = "DIR", DefaultValueFactory = _ => "/usr/lib/cni" };
    private static readonly Option<string> Bridge = new("--bridge") { Description = "Linux bridge that pods are plugged into", HelpName = "NAME", DefaultValueFactory = _ => "orch0" };
    private static readonly Option<string> ClusterDomain = new("--cluster-domain") { Description = "Domain under which Services have names", HelpName = "DOMAIN", DefaultValueFactory = _ => "cluster.local" };

    public static void AddTo(Command command)
    {
        command.Add(ConfigDirectory);
        command.Add(BinDirectory);
        command.Add(Bridge);
        command.Add(ClusterDomain);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="rootDirectory">Of the agent.</param>
    /// <returns>Null where the pod network is somebody else's.</returns>
    public static PodNetworkOptions? Read(ParseResult parsed, string rootDirectory)
    {
        if (parsed.GetValue(ConfigDirectory) is not { } directory)
        {
            return null;
        }

        var bridge = parsed.GetRequiredValue(Bridge);
        if (bridge.Length is 0 or > MaxInterfaceNameLength || !bridge.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || bridge.StartsWith('-') || bridge is "." or "..")
        {
            throw new CommandFailedException($"--bridge: '{bridge}' is no name for a bridge: 1 to {MaxInterfaceNameLength} letters, digits, '-', '_' and '.'");
        }

        return new PodNetworkOptions
        {
            CniConfigDirectory = Path.GetFullPath(directory),
            CniBinDirectory = Path.GetFullPath(parsed.GetRequiredValue(BinDirectory)),
            StateDirectory = Path.Combine(rootDirectory, "network"),
            Bridge = bridge,
            ClusterDomain = parsed.GetRequiredValue(ClusterDomain).Trim('.').ToLowerInvariant(),
        };
    }
}
