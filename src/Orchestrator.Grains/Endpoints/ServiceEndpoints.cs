using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Endpoints;

/// <summary>Endpoints that have the same ports, as slices and subsets hold them.</summary>
/// <param name="Ports">Their ports.</param>
/// <param name="Items">The endpoints by pod uid, in the order of names; elements of <c>EndpointSlice.endpoints</c>.</param>
internal sealed record EndpointGroup(JsonArray Ports, List<(string Key, JsonObject Endpoint)> Items);

/// <summary>What the endpoints of a Service are, from the pods that it selects.</summary>
internal static class ServiceEndpoints
{
    /// <param name="service">The Service.</param>
    /// <param name="pods">The pods that it selects.</param>
    /// <param name="zoneOf">Zone of a node, or null.</param>
    public static IReadOnlyList<EndpointGroup> Of(JsonObject service, IEnumerable<EndpointPod> pods, Func<string, string?> zoneOf)
    {
        JsonObject? spec = service.Child("spec");
        string name = service.Child("metadata").Text("name") ?? "";
        bool showsUnready = spec.Flag("publishNotReadyAddresses") == true;
        var groups = new SortedDictionary<string, EndpointGroup>(StringComparer.Ordinal);
        foreach (EndpointPod pod in pods.Where(p => p.HasEndpoint).OrderBy(p => p.Stored.Key.Name, StringComparer.Ordinal))
        {
            JsonArray ports = Ports(spec, pod);
            string key = ports.ToJsonString();
            if (!groups.TryGetValue(key, out EndpointGroup? group))
            {
                groups[key] = group = new EndpointGroup(ports, []);
            }

            group.Items.Add((pod.Stored.Uid, Endpoint(pod, name, showsUnready, zoneOf)));
        }

        return [.. groups.Values];
    }

    private static JsonArray Ports(JsonObject? spec, EndpointPod pod)
    {
        var ports = new JsonArray();
        foreach ((JsonObject port, _) in spec.Items("ports"))
        {
            string protocol = port.Text("protocol") ?? "TCP";
            if (pod.Port(port["targetPort"], protocol) is not { } number)
            {
                continue;
            }

            var shown = new JsonObject { ["name"] = port.Text("name") ?? "", ["port"] = number, ["protocol"] = protocol };
            if (port.Text("appProtocol") is { Length: > 0 } application)
            {
                shown["appProtocol"] = application;
            }

            ports.Add((JsonNode)shown);
        }

        return ports;
    }

    private static JsonObject Endpoint(EndpointPod pod, string service, bool showsUnready, Func<string, string?> zoneOf)
    {
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(pod.Address),
            ["conditions"] = new JsonObject
            {
                ["ready"] = showsUnready || (pod.IsReady && !pod.IsTerminating),
                ["serving"] = pod.IsReady,
                ["terminating"] = pod.IsTerminating,
            },
            ["targetRef"] = new JsonObject
            {
                ["kind"] = "Pod",
                ["name"] = pod.Stored.Key.Name,
                ["namespace"] = pod.Stored.Key.Namespace,
                ["uid"] = pod.Stored.Uid,
            },
        };
        if (pod.NodeName.Length > 0)
        {
            endpoint["nodeName"] = pod.NodeName;
            if (zoneOf(pod.NodeName) is { Length: > 0 } zone)
            {
                endpoint["zone"] = zone;
            }
        }

        if (pod.Hostname.Length > 0 && pod.Subdomain == service)
        {
            endpoint["hostname"] = pod.Hostname;
        }

        return endpoint;
    }
}
