using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Network.Nodes;

/// <summary>The kernel's routes that are ours, known by their protocol number: those of others are neither seen nor touched.</summary>
internal static class RouteTable
{
    // Free in /etc/iproute2/rt_protos, where the kernel's own are below 5 and those of routing daemons named.
    private const string Protocol = "199";

    /// <summary>Makes the routes those of the plan. Writes only what differs.</summary>
    /// <returns>What could not be done, in words; empty if all is as planned.</returns>
    public static async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<PodRoute> wanted, CancellationToken cancel)
    {
        var present = (JsonNode.Parse(await IpLink.RunAsync($"-j route show proto {Protocol}", cancel)) as JsonArray ?? [])
            .OfType<JsonObject>()
            .Select(route => new PodRoute((string?)route["dst"] ?? "", (string?)route["gateway"] ?? ""))
            .ToHashSet();
        var failures = new List<string>();
        foreach (var stale in present.Where(route => wanted.All(w => w.Range != route.Range)))
        {
            await TryAsync($"route delete {stale.Range} proto {Protocol}", failures, cancel);
        }

        foreach (var route in wanted.Where(route => !present.Contains(route)))
        {
            await TryAsync($"route replace {route.Range} via {route.NodeAddress} proto {Protocol}", failures, cancel);
        }

        return failures;
    }

    private static async Task TryAsync(string arguments, List<string> failures, CancellationToken cancel)
    {
        try
        {
            await IpLink.RunAsync(arguments, cancel);
        }
        catch (NetworkUnavailableException error)
        {
            // One node that cannot be reached directly must not keep the others from being reached.
            failures.Add(error.Message);
        }
    }
}
