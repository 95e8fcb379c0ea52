using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Limits;

/// <summary>Refuses a new pod that asks for less or more than its namespace's LimitRanges allow, with all that is wrong at once.</summary>
public sealed class LimitRangeCheck(IObjectStore store) : IAdmissionCheck
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "pods";

    public ValueTask<StatusError?> CheckAsync(AdmissionRequest request, CancellationToken cancel)
    {
        foreach (StoredObject stored in store.List(LimitRangeDefaults.Resource, request.Namespace).Items)
        {
            List<string> faults = LimitRangeBounds.Faults(request.Object, JsonTree.ParseStored(stored.Json));
            if (faults.Count > 0)
            {
                string why = faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]";
                return new(StatusErrors.Forbidden(request.Kind, request.Name, why));
            }
        }

        return new((StatusError?)null);
    }
}
