using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Api.Metadata;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Services;

/// <summary>Where the servers of the API are, as Endpoints and as an EndpointSlice.</summary>
internal static class EndpointObjects
{
    public const string Slices = "endpointslices.discovery.k8s.io";

    private const string PortName = "https";

    /// <summary>Both, without what comes with the writing. Addresses of one family, as slices have them; ports of one number, as subsets have them.</summary>
    public static IEnumerable<JsonObject> Of(IReadOnlyList<IPEndPoint> servers)
    {
        JsonObject endpoints = Named("v1", "Endpoints", ApiServerService.Name);
        endpoints.Child("metadata")!["labels"] = new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" };
        endpoints["subsets"] = new JsonArray(
        [
            .. servers.GroupBy(s => s.Port).Select(port => (JsonNode)new JsonObject
            {
                ["addresses"] = new JsonArray([.. port.Select(s => (JsonNode)new JsonObject { ["ip"] = s.Address.ToString() })]),
                ["ports"] = new JsonArray(Port(port.Key)),
            }),
        ]);
        yield return endpoints;

        AddressFamily family = servers[0].AddressFamily;
        JsonObject slice = Named("discovery.k8s.io/v1", "EndpointSlice", ApiServerService.Name);
        slice.Child("metadata")!["labels"] = new JsonObject { ["kubernetes.io/service-name"] = ApiServerService.Name };
        slice["addressType"] = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
        slice["endpoints"] = new JsonArray(
        [
            .. servers.Where(s => s.AddressFamily == family && s.Port == servers[0].Port).Select(s => (JsonNode)new JsonObject
            {
                ["addresses"] = new JsonArray(s.Address.ToString()),
                ["conditions"] = new JsonObject { ["ready"] = true },
            }),
        ]);
        slice["ports"] = new JsonArray(Port(servers[0].Port));
        yield return slice;
    }

    public static JsonObject New(string apiVersion, string kind, string ns, string name, DateTimeOffset now)
    {
        JsonObject obj = Named(apiVersion, kind, name);
        obj.Child("metadata")!["namespace"] = ns;
        Stamp(obj, now);
        return obj;
    }

    /// <summary>Gives a new object what the server gives.</summary>
    public static void Stamp(JsonObject obj, DateTimeOffset now)
    {
        JsonObject metadata = obj.Child("metadata")!;
        metadata.Default("namespace", "default");
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ObjectMetadata.Time(now);
    }

    private static JsonObject Named(string apiVersion, string kind, string name) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
    };

    private static JsonObject Port(int port) => new() { ["name"] = PortName, ["port"] = port, ["protocol"] = "TCP" };
}
