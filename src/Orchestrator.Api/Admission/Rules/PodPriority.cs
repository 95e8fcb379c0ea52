using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>Turns a pod's priority class into the number and the preemption policy that the scheduler goes by.</summary>
public sealed class PodPriority(IObjectStore store) : IAdmissionRule
{
    private const string Resource = "priorityclasses.scheduling.k8s.io";

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "pods";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Object.Child("spec") is not { } spec)
        {
            return new((StatusError?)null);
        }

        string? name = spec.Text("priorityClassName");
        JsonObject? found = string.IsNullOrEmpty(name)
            ? PodClassRules.DefaultPriority(store.List(Resource).Items.Select(Parse).OfType<JsonObject>())
            : Parse(store.Get(new ObjectKey(Resource, "", name)));
        if (found is null && !string.IsNullOrEmpty(name))
        {
            return new(StatusErrors.Forbidden(request.Kind, request.Name, $"no PriorityClass with name {name} was found"));
        }

        string? refusal = PodClassRules.ApplyPriority(spec, found);
        return new(refusal is null ? null : StatusErrors.Forbidden(request.Kind, request.Name, refusal));
    }

    private static JsonObject? Parse(StoredObject? stored) => stored is null ? null : JsonNode.Parse(stored.Json.Span) as JsonObject;
}
