using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary><c>PUT virtualmachineinstances/NAME/pause|unpause|reset|softreboot|freeze|unfreeze</c>: passed on to the agent of the machine's node.</summary>
internal sealed class InstanceCommand(string name, HttpMethod method, string agentPath, Func<JsonObject, string?> refusal, InstancePods pods, AgentEndpoints agents) : ISubresource
{
    public string Resource => "virtualmachineinstances.kubevirt.io";

    public string Name => name;

    public string Kind => "VirtualMachineInstance";

    public string ApiVersion => "kubevirt.io/v1";

    public IReadOnlyList<string> Verbs { get; } = ["update"];

    public static IEnumerable<InstanceCommand> All(InstancePods pods, AgentEndpoints agents) =>
    [
        new("pause", HttpMethod.Post, "pause", i => InstancePods.Is(i, "Paused") ? "VMI is already paused" : null, pods, agents),
        new("unpause", HttpMethod.Post, "unpause", i => InstancePods.Is(i, "Paused") ? null : "VMI is not paused", pods, agents),
        new("reset", HttpMethod.Post, "reset", static _ => null, pods, agents),
        new("softreboot", HttpMethod.Post, "softreboot", i => InstancePods.Is(i, "Paused") ? "VMI is paused" : null, pods, agents),
        new("freeze", HttpMethod.Get, "guest/guest-fsfreeze-freeze", static _ => null, pods, agents),
        new("unfreeze", HttpMethod.Get, "guest/guest-fsfreeze-thaw", static _ => null, pods, agents),
    ];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        Outcome<PowerOptions> options = await PowerOptions.ReadAsync(call);
        if (options.Failed)
        {
            return options.Error;
        }

        Outcome<(JsonObject Instance, Uri Agent)> found = pods.Find(call);
        if (found.Failed)
        {
            return found.Error;
        }

        if (refusal(found.Value.Instance) is { } why)
        {
            return StatusErrors.Conflict(call.Kind, call.Request.Name, why);
        }

        if (options.Value.IsDryRun)
        {
            return null;
        }

        using var request = new HttpRequestMessage(method, new Uri(found.Value.Agent, agentPath));
        Outcome<byte[]> answer = await AgentAnswers.AskAsync(agents, request, call);
        return answer.Error;
    }
}

/// <summary>Asks agents about machines.</summary>
internal static class AgentAnswers
{
    public static async ValueTask<Outcome<byte[]>> AskAsync(AgentEndpoints agents, HttpRequestMessage request, ApiCall call)
    {
        try
        {
            using HttpResponseMessage response = await agents.Client.SendAsync(request, call.Cancel);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadAsByteArrayAsync(call.Cancel);
            }

            return (int)response.StatusCode == 409
                ? StatusErrors.Conflict(call.Kind, call.Request.Name, await AgentRefusal.TextAsync(response, call.Cancel))
                : await AgentRefusal.OfAsync(response, call.Cancel);
        }
        catch (HttpRequestException e)
        {
            return StatusErrors.InternalError($"the agent at {request.RequestUri?.Authority} cannot be reached: {e.InnerException?.Message ?? e.Message}");
        }
    }
}
