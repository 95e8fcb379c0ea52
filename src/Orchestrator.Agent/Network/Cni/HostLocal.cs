using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Network.Cni;

/// <summary>
/// The CNI plugin host-local, called as containerd calls it: addresses of machines come from the same range as those of containers, and from the same
/// records, so that none is given twice.
/// </summary>
internal sealed class HostLocal(string binDirectory)
{
    private const string Interface = "eth0";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Allots an address to an owner that has none.</summary>
    /// <exception cref="NetworkUnavailableException">None is free, or the plugin is missing.</exception>
    public async Task<IPAddress> AddAsync(CniNetwork network, string owner, CancellationToken cancel)
    {
        var answer = await CallAsync("ADD", network, owner, cancel);
        return Parse((string?)(JsonNode.Parse(answer)?["ips"] as JsonArray)?.FirstOrDefault()?["address"]);
    }

    /// <summary>Gives back what the owner has; none is no error.</summary>
    public Task DeleteAsync(CniNetwork network, string owner, CancellationToken cancel) => CallAsync("DEL", network, owner, cancel);

    // "ADDRESS/PREFIX", which is no network in the strict sense as it has host bits.
    private static IPAddress Parse(string? text) => IPAddress.TryParse(text?.Split('/')[0], out var address)
        ? address
        : throw new NetworkUnavailableException($"the CNI plugin host-local answered with no address but \"{text}\"");

    private async Task<string> CallAsync(string command, CniNetwork network, string owner, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = owner,
            // Named because the protocol asks for it; host-local enters no namespace.
            ["CNI_NETNS"] = "/proc/self/ns/net",
            ["CNI_IFNAME"] = Interface,
            ["CNI_PATH"] = binDirectory,
        };
        try
        {
            return await Tool.RunAsync(Path.Combine(binDirectory, "host-local"), [], Timeout, cancel, input: network.HostLocal(), environment: environment);
        }
        catch (ToolFailedException error)
        {
            throw new NetworkUnavailableException($"an address cannot be {(command == "ADD" ? "allotted" : "given back")}: {error.Message}", error);
        }
    }
}
