using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>Ephemeral containers come by their subresource alone, on which rights are given apart from those to change pods.</summary>
internal sealed class EphemeralContainersApart : IAdmissionRule
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb == "update" && subresource.Length == 0 && kind.StorageName == "pods";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel) => ValueTask.FromResult<StatusError?>(
        JsonNode.DeepEquals(request.Object["spec"]?["ephemeralContainers"], request.Old?["spec"]?["ephemeralContainers"])
            ? null
            : StatusErrors.Invalid(request.Kind, request.Name, [FieldError.Forbidden("spec.ephemeralContainers", "may only be changed by the subresource pods/ephemeralcontainers")]));
}
