using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary><c>GET virtualmachineinstances/NAME/console|vnc</c>: a WebSocket of KubeVirt's protocol, joined with the agent of the machine's node.</summary>
internal sealed class InstanceStreaming(string name, InstancePods pods, AgentUpgrade upgrade) : ISubresource
{
    public string Resource => "virtualmachineinstances.kubevirt.io";

    public string Name => name;

    public string Kind => "VirtualMachineInstance";

    public string ApiVersion => "kubevirt.io/v1";

    public IReadOnlyList<string> Verbs { get; } = ["get"];

    public static IEnumerable<InstanceStreaming> All(InstancePods pods, AgentUpgrade upgrade) => [new("console", pods, upgrade), new("vnc", pods, upgrade)];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        Outcome<(JsonObject Instance, Uri Agent)> found = pods.Find(call);
        return found.Failed ? found.Error : await upgrade.JoinAsync(call, new Uri(found.Value.Agent, $"stream/{name}"));
    }
}
