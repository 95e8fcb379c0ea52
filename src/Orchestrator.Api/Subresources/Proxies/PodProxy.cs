using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.Proxies;

/// <summary><c>pods/[SCHEME:]NAME[:PORT]/proxy/PATH</c>: a port of the pod, over HTTP.</summary>
internal sealed class PodProxy(IObjectStore store, PodTunnels tunnels, ProxyForwarder forwarder) : ISubresource
{
    public string Resource => "pods";

    public string Name => "proxy";

    public string Kind => "PodProxyOptions";

    public IReadOnlyList<string> Verbs => ProxyForwarder.Verbs;

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (ProxyTarget.Parse(call.Request.Name) is not { } target)
        {
            return StatusErrors.BadRequest($"invalid pod request \"{call.Request.Name}\"");
        }

        if (store.Get(new ObjectKey("pods", call.Request.Namespace, target.Name)) is not { } stored)
        {
            return StatusErrors.NotFound(call.Kind, target.Name);
        }

        var pod = JsonTree.ParseStored(stored.Json);
        if (pod.Child("spec").Text("nodeName") is not { Length: > 0 } node || pod.Child("status").Text("podIP") is not { Length: > 0 } ip)
        {
            return StatusErrors.BadRequest("address not allowed: the pod has no address yet");
        }

        if (PortOf(pod, target) is not { } port)
        {
            return StatusErrors.BadRequest($"pod {target.Name} has no port \"{target.Port}\"");
        }

        using var client = tunnels.ClientTo(new PodPort(node, call.Request.Namespace, target.Name, port));
        return await forwarder.ForwardAsync(call, RawPath.Of(call.Http), client, new UriBuilder(target.Scheme, ip, port).Uri);
    }

    /// <summary>By number, by the name of a container's port, or the first that a container names; without any, the scheme's own.</summary>
    private static int? PortOf(JsonObject pod, ProxyTarget target)
    {
        const int http = 80;
        const int https = 443;
        var ports = pod.Child("spec").Items("containers").SelectMany(c => c.Item.Items("ports")).Select(p => p.Item);
        if (target.Port.Length == 0)
        {
            return (int?)ports.FirstOrDefault().Integer("containerPort") ?? (target.Scheme == "https" ? https : http);
        }

        return int.TryParse(target.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number is > 0 and <= ushort.MaxValue ? number : null
            : (int?)ports.FirstOrDefault(p => p.Text("name") == target.Port).Integer("containerPort");
    }
}
