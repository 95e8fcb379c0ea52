using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Network.Cni;

/// <summary>
/// The pod network in the words of CNI 0.4.0: the plugins bridge, host-local, portmap and tuning as Debian has them. Pure. Masquerading is not asked of
/// the plugin, which would hide pods from each other's nodes: the node's own rules do it.
/// </summary>
/// <param name="Bridge">Linux bridge and name of the network.</param>
/// <param name="Subnet">IPv4 CIDR of the addresses.</param>
/// <param name="IpamDirectory">Where host-local keeps who has which address.</param>
/// <param name="Masquerade">Whether the plugin is to masquerade after all, because no agent sees to it.</param>
public sealed record CniNetwork(string Bridge, string Subnet, string IpamDirectory, bool Masquerade)
{
    public const string Version = "0.4.0";
    public const string FileName = "10-orchestrator.conflist";

    // Dots in names would become \u002E by default, and slashes in paths need no escape.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What containerd reads. Rewriting the same network gives the same text.</summary>
    public string Conflist() => new JsonObject
    {
        ["cniVersion"] = Version,
        ["name"] = Bridge,
        ["plugins"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "bridge",
                ["bridge"] = Bridge,
                ["isGateway"] = true,
                ["ipMasq"] = Masquerade,
                ["hairpinMode"] = true,
                ["ipam"] = Ipam(),
            },
            new JsonObject { ["type"] = "portmap", ["capabilities"] = new JsonObject { ["portMappings"] = true } },
            // One family is routed and guarded by policies: the other's link-local addresses would be a way around them.
            new JsonObject { ["type"] = "tuning", ["sysctl"] = new JsonObject { ["net.ipv6.conf.all.disable_ipv6"] = "1" } }),
    }.ToJsonString(Readable) + "\n";

    /// <summary>What the plugin host-local reads where it is called by itself, for what is plugged in without containerd.</summary>
    public string HostLocal() => new JsonObject { ["cniVersion"] = Version, ["name"] = Bridge, ["ipam"] = Ipam() }.ToJsonString(Readable);

    private JsonObject Ipam() => new()
    {
        ["type"] = "host-local",
        ["dataDir"] = IpamDirectory,
        ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = Subnet })),
        ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
    };
}
