using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Discovery;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources;
using Orchestrator.Api.Watching;
using Orchestrator.Api.Writing;

namespace Orchestrator.Api.Verbs;

/// <summary>Hands an authorized request to the code of its verb or subresource.</summary>
internal sealed class VerbRouter(
    IEnumerable<ISubresource> subresources,
    IEnumerable<IComputedResource> computed,
    ConnectionAdmission connections,
    DiscoveryDocuments discovery,
    GetVerb get,
    ListVerb list,
    WatchVerb watch,
    CreateVerb create,
    UpdateVerb update,
    ScaleVerbs scale,
    ApplyVerb apply,
    DeleteVerb delete,
    DeleteCollectionVerb deleteCollection)
{
    private readonly Dictionary<(string Resource, string Name), ISubresource> _subresources =
        subresources.ToDictionary(s => (s.Resource, s.Name));

    private readonly Dictionary<string, IComputedResource> _computed = computed.ToDictionary(c => c.Resource, StringComparer.Ordinal);

    /// <summary>Answers the request, or returns the error to answer with.</summary>
    public async ValueTask<StatusError?> RouteAsync(ApiCall call, RequestDelegate next)
    {
        var request = call.Request;
        if (!request.IsResource)
        {
            if (!discovery.Serves(request.Path))
            {
                await next(call.Http);
                return null;
            }

            return await discovery.HandleAsync(call);
        }

        if (request.Kind is not { } kind)
        {
            return StatusErrors.PathNotFound;
        }

        if (kind.Namespaced ? request.Namespace.Length == 0 && request.Name.Length > 0 : request.Namespace.Length > 0)
        {
            return StatusErrors.PathNotFound;
        }

        if (request.Subresource.Length > 0)
        {
            return await RouteSubresourceAsync(call);
        }

        if (!kind.Verbs.Contains(request.Verb, StringComparer.Ordinal))
        {
            return StatusErrors.MethodNotSupported(kind.Plural, request.Verb);
        }

        return await RouteVerbAsync(call);
    }

    private ValueTask<StatusError?> RouteVerbAsync(ApiCall call) => call.Request.Verb switch
    {
        _ when _computed.TryGetValue(call.Kind.StorageName, out var computed) => computed.HandleAsync(call),
        "get" => get.HandleAsync(call),
        "list" => list.HandleAsync(call),
        "watch" => watch.HandleAsync(call),
        "create" when call.Request.Name.Length == 0 => create.HandleAsync(call),
        "update" when call.Request.Name.Length > 0 => update.UpdateAsync(call),
        "patch" when call.Request.Name.Length > 0 && ApplyVerb.Is(call) => apply.HandleAsync(call),
        "patch" when call.Request.Name.Length > 0 => update.PatchAsync(call),
        "delete" => delete.HandleAsync(call),
        "deletecollection" => deleteCollection.HandleAsync(call),
        _ => ValueTask.FromResult<StatusError?>(StatusErrors.MethodNotSupported(call.Kind.Plural, call.Request.Verb)),
    };

    private async ValueTask<StatusError?> HandleAsync(ISubresource subresource, ApiCall call)
    {
        var admitted = subresource.Connects ? await connections.AdmitAsync(call, subresource) : call;
        return admitted.Failed ? admitted.Error : await subresource.HandleAsync(admitted.Value);
    }

    private async ValueTask<StatusError?> RouteSubresourceAsync(ApiCall call)
    {
        var (kind, request) = (call.Kind, call.Request);
        if (_subresources.TryGetValue((kind.StorageName, request.Subresource), out var subresource))
        {
            return subresource.Verbs.Contains(request.Verb, StringComparer.Ordinal)
                ? await HandleAsync(subresource, call)
                : StatusErrors.MethodNotSupported($"{kind.Plural}/{subresource.Name}", request.Verb);
        }

        if (request.Subresource == "scale" && kind.Scale is not null)
        {
            return ScaleVerbs.Served.Contains(request.Verb, StringComparer.Ordinal)
                ? await scale.HandleAsync(call)
                : StatusErrors.MethodNotSupported($"{kind.Plural}/scale", request.Verb);
        }

        if (request.Subresource != "status" || !kind.HasStatus)
        {
            return StatusErrors.PathNotFound;
        }

        return request.Verb is "get" or "update" or "patch"
            ? await RouteVerbAsync(call)
            : StatusErrors.MethodNotSupported($"{kind.Plural}/status", request.Verb);
    }
}
