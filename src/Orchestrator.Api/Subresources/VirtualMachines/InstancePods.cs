using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary>Finds the agent that runs an instance, and the path by which it knows the machine.</summary>
internal sealed class InstancePods(IObjectStore store, AgentEndpoints agents)
{
    private const string NotRunning = "VMI is not running";

    /// <summary>The instance and the agent's address of its machine: <c>machines/NAMESPACE/POD/</c>.</summary>
    public Outcome<(JsonObject Instance, Uri Agent)> Find(ApiCall call)
    {
        if (store.Get(call.Key) is not { } stored)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        JsonObject instance = JsonTree.ParseStored(stored.Json);
        if (instance.Child("status").Text("phase") != "Running")
        {
            return StatusErrors.Conflict(call.Kind, call.Request.Name, NotRunning);
        }

        JsonObject? active = instance.Child("status", "activePods");
        StoredObject? pod = store.ListByOwner(stored.Uid).Items.FirstOrDefault(o => o.Key.Resource == "pods" && active?.ContainsKey(o.Uid) == true);
        if (pod is null)
        {
            return StatusErrors.Conflict(call.Kind, call.Request.Name, NotRunning);
        }

        Outcome<Uri> agent = agents.Find(pod.Fields.GetValueOrDefault("spec.nodeName"));
        return agent.Failed ? agent.Error : (instance, new Uri(agent.Value, $"machines/{pod.Key.Namespace}/{pod.Key.Name}/"));
    }

    /// <summary>Status of one of the instance's conditions.</summary>
    public static bool Is(JsonObject instance, string condition) =>
        instance.Child("status").Items("conditions").Any(c => c.Item.Text("type") == condition && c.Item.Text("status") == "True");
}
