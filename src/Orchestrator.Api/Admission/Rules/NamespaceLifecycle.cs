using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Admission.Rules;

/// <summary>Nothing is created in a namespace that is missing or ending, and those that the system lives in cannot be deleted.</summary>
public sealed class NamespaceLifecycle(IObjectStore store, ServedKinds kinds) : IAdmissionRule
{
    private readonly ResourceKind _namespaces = kinds.BuiltIn.FindKind("v1", "Namespace")
        ?? throw new InvalidOperationException("the kind Namespace is not registered");

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) =>
        kind.Namespaced ? verb == "create" : verb == "delete" && kind.StorageName == _namespaces.StorageName;

    public async ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (!request.Kind.Namespaced)
        {
            return WellKnown.SystemNamespaces.Contains(request.Name)
                ? StatusErrors.Forbidden(request.Kind, request.Name, "this namespace may not be deleted")
                : null;
        }

        var key = new ObjectKey(_namespaces.StorageName, "", request.Namespace);
        if (store.Get(key) is not { } found)
        {
            // It may have been made a moment ago, on another server.
            await store.SyncAsync(cancel);
            if (store.Get(key) is not { } late)
            {
                return StatusErrors.NotFound(_namespaces, request.Namespace);
            }

            found = late;
        }

        return found.IsTerminating ? Terminating(request) : null;
    }

    private static StatusError Terminating(AdmissionRequest request)
    {
        StatusError error = StatusErrors.Forbidden(
            request.Kind, request.Name, $"unable to create new content in namespace {request.Namespace} because it is being terminated");
        return error with
        {
            Details = error.Details! with
            {
                Causes = [new FieldError("NamespaceTerminating", "metadata.namespace", $"namespace {request.Namespace} is being terminated")],
            },
        };
    }
}
