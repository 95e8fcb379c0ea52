using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.Proxies;

/// <summary>
/// <c>nodes/NAME/proxy/PATH</c>: the agent's own endpoint. Streams into pods are not had this way: a right to read nodes is not one to run commands in them.
/// </summary>
internal sealed class NodeProxy(IObjectStore store, AgentEndpoints agents, ProxyForwarder forwarder) : ISubresource
{
    private static readonly string[] Streams = ["exec", "attach", "portForward", "tunnel"];

    public string Resource => "nodes";

    public string Name => "proxy";

    public string Kind => "NodeProxyOptions";

    public IReadOnlyList<string> Verbs => ProxyForwarder.Verbs;

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (store.Get(call.Key) is null)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        var first = call.Request.SubresourcePath.TrimStart('/').Split('/')[0];
        if (Streams.Contains(first, StringComparer.OrdinalIgnoreCase))
        {
            return StatusErrors.Forbidden(call.Kind, call.Request.Name, $"{first} is not served through nodes/proxy: use the subresources of pods");
        }

        var agent = agents.Find(call.Request.Name);
        return agent.Failed ? agent.Error : await forwarder.ForwardAsync(call, RawPath.Of(call.Http), agents.Invoker, agent.Value);
    }
}
