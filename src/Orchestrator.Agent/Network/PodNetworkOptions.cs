using System.Security.Cryptography;
using System.Text;
using Orchestrator.Agent.Network.Cni;

namespace Orchestrator.Agent.Network;

/// <summary>How the agent makes the network of its node's pods. Where it is told nothing of it, that network is somebody else's.</summary>
public sealed record PodNetworkOptions
{
    /// <summary>Where containerd looks for CNI configurations; the agent writes one file there.</summary>
    public required string CniConfigDirectory { get; init; }

    /// <summary>Directory for what is kept of addresses.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where the CNI plugins are: Debian's package <c>containernetworking-plugins</c> puts them there.</summary>
    public string CniBinDirectory { get; init; } = "/usr/lib/cni";

    /// <summary>Linux bridge that pods are plugged into, at most 15 characters; also the name of the network.</summary>
    public string Bridge { get; init; } = "orch0";

    /// <summary>Domain under which Services have names.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The nftables tables of this node, one per family.</summary>
    public string Table => $"orchestrator-{Bridge}";

    /// <summary>What names of this node's taps begin with. Several nodes may share a machine, so the bridge is in it.</summary>
    public string TapPrefix => TapPrefixOf(Bridge);

    /// <summary>The prefix of taps on a bridge: 6 characters.</summary>
    public static string TapPrefixOf(string bridge) => "ot" + Hash(bridge, 4);

    /// <summary>The network with a range of addresses, as the CNI plugins are told.</summary>
    internal CniNetwork Cni(PodRange range) => new(Bridge, range.Network.ToString(), Path.Combine(StateDirectory, "addresses"), Masquerade: false);

    internal static string Hash(string text, int digits) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];
}
