using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Rules.Pods;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Limits;

/// <summary>Gives the containers of a new pod the requests and limits that its namespace's LimitRanges have for those that say nothing, and notes it on the pod.</summary>
public sealed class LimitRangeDefaults(IObjectStore store) : IAdmissionRule
{
    internal const string Resource = "limitranges";
    private const string Annotation = "kubernetes.io/limit-ranger";

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "pods";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        JsonObject pod = request.Object;
        foreach (StoredObject stored in store.List(Resource, request.Namespace).Items)
        {
            List<string> notes = Apply(pod, JsonTree.ParseStored(stored.Json));
            if (notes.Count > 0 && pod.ObjectOrNew("metadata")?.ObjectOrNew("annotations") is { } annotations)
            {
                annotations[Annotation] = $"LimitRanger plugin set: {string.Join("; ", notes)}";
            }
        }

        // The class was told from what the writer said alone.
        if (pod.Child("status") is { } status)
        {
            status["qosClass"] = QosClass.Of(pod.Child("spec"));
        }

        return new((StatusError?)null);
    }

    /// <summary>Fills in what one LimitRange has; returns what was set, in Kubernetes' words.</summary>
    internal static List<string> Apply(JsonObject pod, JsonObject limitRange)
    {
        var notes = new List<string>();
        JsonObject[] items = [.. limitRange.Child("spec").Items("limits").Select(l => l.Item).Where(l => l.Text("type") == "Container")];
        foreach ((string list, string title) in (ReadOnlySpan<(string, string)>)[("containers", "container"), ("initContainers", "init container")])
        {
            foreach ((JsonObject container, _) in items.Length == 0 ? [] : pod.Child("spec").Items(list))
            {
                Fill(container, "requests", items.Select(i => i.Child("defaultRequest")), $"request for {title}", notes);
                Fill(container, "limits", items.Select(i => i.Child("default")), $"limit for {title}", notes);
            }
        }

        return notes;
    }

    private static void Fill(JsonObject container, string list, IEnumerable<JsonObject?> defaults, string title, List<string> notes)
    {
        var set = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string name, JsonNode? amount) in defaults.SelectMany(d => d ?? []))
        {
            if (container.ObjectOrNew("resources")?.ObjectOrNew(list) is { } amounts && amounts[name] is null)
            {
                amounts[name] = amount?.DeepClone();
                set.Add(name);
            }
        }

        if (set.Count > 0)
        {
            notes.Add($"{string.Join(", ", set)} {title} {container.Text("name")}");
        }
    }
}
