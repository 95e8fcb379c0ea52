using Orchestrator.Api.Responses;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>Gives a new Job the selector by its uid, and its template the labels for it: no two Jobs select each other's pods.</summary>
public sealed class JobSelector : IAdmissionRule
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "create" && kind.StorageName == "jobs.batch";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        JobIdentity.Give(request.Object);
        return new((StatusError?)null);
    }
}
