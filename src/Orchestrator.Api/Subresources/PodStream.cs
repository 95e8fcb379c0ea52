using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources;

/// <summary>
/// <c>pods/exec</c>, <c>pods/attach</c> and <c>pods/portforward</c>: connections that change protocol and are joined with the agent of the pod's node.
/// SPDY clients come with POST (verb create), WebSocket clients with GET (verb get), as in Kubernetes.
/// </summary>
internal sealed class PodStream : ISubresource
{
    private readonly IObjectStore _store;
    private readonly AgentEndpoints _agents;
    private readonly AgentUpgrade _upgrade;
    private readonly Func<ApiCall, JsonObject, Outcome<string>> _target;

    private PodStream(string name, string kind, Func<ApiCall, JsonObject, Outcome<string>> target, IObjectStore store, AgentEndpoints agents, AgentUpgrade upgrade)
    {
        (Name, Kind) = (name, kind);
        (_target, _store, _agents, _upgrade) = (target, store, agents, upgrade);
    }

    public string Resource => "pods";

    public string Name { get; }

    public string Kind { get; }

    public IReadOnlyList<string> Verbs { get; } = ["create", "get"];

    public static PodStream Exec(IObjectStore store, AgentEndpoints agents, AgentUpgrade upgrade) =>
        new("exec", "PodExecOptions", ExecTarget, store, agents, upgrade);

    public static PodStream Attach(IObjectStore store, AgentEndpoints agents, AgentUpgrade upgrade) =>
        new("attach", "PodAttachOptions", (call, pod) => CommandTarget(call, pod, "attach", []), store, agents, upgrade);

    public static PodStream PortForward(IObjectStore store, AgentEndpoints agents, AgentUpgrade upgrade) =>
        new("portforward", "PodPortForwardOptions", PortTarget, store, agents, upgrade);

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (_store.Get(call.Key) is not { } stored)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        JsonObject pod = JsonTree.ParseStored(stored.Json);
        Outcome<string> target = _target(call, pod);
        if (target.Failed)
        {
            return target.Error;
        }

        string? node = pod.Child("spec").Text("nodeName");
        if (string.IsNullOrEmpty(node))
        {
            return StatusErrors.BadRequest($"pod {call.Request.Name} does not have a host assigned");
        }

        Outcome<Uri> agent = _agents.Find(node);
        return agent.Failed ? agent.Error : await _upgrade.JoinAsync(call, new Uri(agent.Value, target.Value));
    }

    private static Outcome<string> ExecTarget(ApiCall call, JsonObject pod)
    {
        string[] command = [.. Values(call, "command").Select(part => $"command={Uri.EscapeDataString(part)}")];
        return command.Length == 0
            ? StatusErrors.BadRequest("you must specify at least one command for the container")
            : CommandTarget(call, pod, "exec", command);
    }

    /// <summary>The agent's path, with kubelet's names of the options.</summary>
    private static Outcome<string> CommandTarget(ApiCall call, JsonObject pod, string action, string[] query)
    {
        (string Asked, string Passed)[] streams = [("stdin", "input"), ("stdout", "output"), ("stderr", "error")];
        string[] wanted = [.. streams.Where(s => call.Request.QueryFlag(s.Asked)).Select(s => s.Passed + "=1")];
        if (wanted.Length == 0)
        {
            return StatusErrors.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
        }

        Outcome<string> container = ContainerChoice.Of(pod, call.Request.QueryValue("container"));
        if (container.Failed)
        {
            return container.Error;
        }

        string[] tty = call.Request.QueryFlag("tty") ? ["tty=1"] : [];
        return $"{action}/{call.Request.Namespace}/{call.Request.Name}/{container.Value}?{string.Join('&', [.. query, .. wanted, .. tty])}";
    }

    private static Outcome<string> PortTarget(ApiCall call, JsonObject pod)
    {
        string ports = string.Join(',', Values(call, "ports"));
        return $"portForward/{call.Request.Namespace}/{call.Request.Name}?port={Uri.EscapeDataString(ports)}";
    }

    private static IEnumerable<string> Values(ApiCall call, string name) =>
        call.Request.Query.TryGetValue(name, out var values) ? values.OfType<string>() : [];
}
