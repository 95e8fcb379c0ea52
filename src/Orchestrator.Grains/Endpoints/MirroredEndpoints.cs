using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Endpoints;

/// <summary>Endpoints that a user wrote for a Service without a selector, as slices: what routes traffic reads slices alone.</summary>
internal static class MirroredEndpoints
{
    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

    /// <summary>Whether the Endpoints are to be mirrored: neither made by a controller, nor a lock of an old leader election, nor excepted by their writer.</summary>
    public static bool Applies(StoredObject endpoints, JsonObject json) =>
        !endpoints.IsTerminating
        && endpoints.Labels.GetValueOrDefault(EndpointsObject.SkipMirrorLabel) != "true"
        && json.Child("metadata", "annotations")?.ContainsKey(LeaderAnnotation) != true;

    public static IReadOnlyList<EndpointGroup> Groups(JsonObject endpoints, string addressType)
    {
        AddressFamily family = addressType == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var groups = new SortedDictionary<string, EndpointGroup>(StringComparer.Ordinal);
        foreach ((JsonObject subset, _) in endpoints.Items("subsets"))
        {
            JsonArray ports = Ports(subset);
            string key = ports.ToJsonString();
            if (!groups.TryGetValue(key, out EndpointGroup? group))
            {
                groups[key] = group = new EndpointGroup(ports, []);
            }

            HashSet<string> known = [.. group.Items.Select(i => i.Key)];
            foreach ((string list, bool isReady) in (ReadOnlySpan<(string, bool)>)[("addresses", true), ("notReadyAddresses", false)])
            {
                foreach ((JsonObject address, _) in subset.Items(list))
                {
                    if (IPAddress.TryParse(address.Text("ip"), out IPAddress? ip) && ip.AddressFamily == family)
                    {
                        JsonObject endpoint = Endpoint(address, isReady);
                        string own = SliceFrame.KeyOf(endpoint);
                        if (known.Add(own))
                        {
                            group.Items.Add((own, endpoint));
                        }
                    }
                }
            }
        }

        return [.. groups.Values.Where(g => g.Items.Count > 0)];
    }

    private static JsonArray Ports(JsonObject subset)
    {
        var ports = new JsonArray();
        foreach ((JsonObject port, _) in subset.Items("ports"))
        {
            var shown = new JsonObject { ["name"] = port.Text("name") ?? "", ["port"] = port.Integer("port"), ["protocol"] = port.Text("protocol") ?? "TCP" };
            if (port.Text("appProtocol") is { Length: > 0 } application)
            {
                shown["appProtocol"] = application;
            }

            ports.Add((JsonNode)shown);
        }

        return ports;
    }

    private static JsonObject Endpoint(JsonObject address, bool isReady)
    {
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(address.Text("ip")),
            ["conditions"] = new JsonObject { ["ready"] = isReady },
        };
        foreach (string member in (ReadOnlySpan<string>)["hostname", "nodeName", "targetRef"])
        {
            if (address[member] is { } value)
            {
                endpoint[member] = value.DeepClone();
            }
        }

        return endpoint;
    }
}
