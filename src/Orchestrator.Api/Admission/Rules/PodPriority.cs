using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
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
        JsonObject? found = string.IsNullOrEmpty(name) ? GlobalDefault() : Parse(store.Get(new ObjectKey(Resource, "", name)));
        if (found is null && !string.IsNullOrEmpty(name))
        {
            return new(StatusErrors.Forbidden(request.Kind, request.Name, $"no PriorityClass with name {name} was found"));
        }

        long priority = found.Integer("value") ?? 0;
        if (spec.Integer("priority") is { } given && given != priority)
        {
            return new(StatusErrors.Forbidden(
                request.Kind,
                request.Name,
                $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"));
        }

        spec["priority"] = priority;
        spec.DefaultIfEmpty("preemptionPolicy", found.Text("preemptionPolicy") ?? "PreemptLowerPriority");
        if (found.Child("metadata").Text("name") is { } resolved)
        {
            spec["priorityClassName"] = resolved;
        }

        return new((StatusError?)null);
    }

    // The lowest of several, as in Kubernetes: two can appear in a race.
    private JsonObject? GlobalDefault() =>
        store.List(Resource).Items.Select(Parse).Where(c => c.Flag("globalDefault") == true).MinBy(c => c.Integer("value"));

    private static JsonObject? Parse(StoredObject? stored) => stored is null ? null : JsonNode.Parse(stored.Json.Span) as JsonObject;
}
