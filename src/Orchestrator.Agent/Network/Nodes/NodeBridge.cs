using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Network.Nodes;

/// <summary>The bridge of the node's pods: there before the first pod, since rules and the name server depend on it.</summary>
internal static class NodeBridge
{
    /// <summary>Makes it, or corrects what is not as it should be.</summary>
    /// <exception cref="NetworkUnavailableException">The kernel refuses.</exception>
    public static async Task EnsureAsync(string bridge, PodRange range, CancellationToken cancel)
    {
        if (!await IpLink.ExistsAsync(bridge, cancel))
        {
            await IpLink.RunAsync($"link add name {bridge} address {range.BridgeMac} type bridge", cancel);
        }

        var link = JsonNode.Parse(await IpLink.RunAsync($"-j address show dev {bridge}", cancel))?[0] as JsonObject
            ?? throw new NetworkUnavailableException($"ip says nothing of {bridge}");
        if ((string?)link["address"] != range.BridgeMac)
        {
            await IpLink.RunAsync($"link set dev {bridge} address {range.BridgeMac}", cancel);
        }

        if (!HasAddress(link, range))
        {
            await IpLink.RunAsync(string.Create(CultureInfo.InvariantCulture, $"address replace {range.Gateway}/{range.Network.PrefixLength} dev {bridge}"), cancel);
        }

        await IpLink.RunAsync($"link set dev {bridge} up", cancel);
        SetSysctls(bridge);
    }

    private static bool HasAddress(JsonObject link, PodRange range) => (link["addr_info"] as JsonArray ?? []).OfType<JsonObject>()
        .Any(a => (string?)a["local"] == range.Gateway.ToString() && (int?)a["prefixlen"] == range.Network.PrefixLength);

    // These are of the network namespace of whoever looks, unlike /sys.
    private static void SetSysctls(string bridge)
    {
        foreach (var (name, value) in new (string, string)[]
        {
            ("ip_forward", "1"),
            // Pods of one bridge are made to talk through the router, which would tell them to take the short way.
            ($"conf/{bridge}/send_redirects", "0"),
            // Node ports answer on 127.0.0.1 too, and an API that listens there is had by its Service. Rules keep pods from naming 127.0.0.0/8 themselves.
            ($"conf/{bridge}/route_localnet", "1"),
        })
        {
            var file = $"/proc/sys/net/ipv4/{name}";
            try
            {
                if (File.ReadAllText(file).Trim() != value)
                {
                    File.WriteAllText(file, value);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new NetworkUnavailableException($"{file} cannot be set to {value}: {error.Message}", error);
            }
        }
    }
}
