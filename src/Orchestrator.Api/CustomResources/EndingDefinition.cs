using Orchestrator.Api.Admission;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.CustomResources;

/// <summary>Nothing is created of a kind whose definition is being deleted: its end would never come.</summary>
internal sealed class EndingDefinition(IObjectStore store) : IAdmissionRule
{
    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => kind.IsCustom && verb == "create";

    public ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var isEnding = store.Get(new ObjectKey(Definitions.Resource, "", request.Kind.StorageName)) is not { IsTerminating: false };
        return ValueTask.FromResult(isEnding
            ? StatusErrors.MethodNotSupported(request.Kind.StorageName, "create") with
            {
                Message = "create not allowed while custom resource definition is terminating",
            }
            : null);
    }
}
