using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources;

namespace Orchestrator.Api.Verbs;

/// <summary>Hands an authorized request to the code of its verb or subresource.</summary>
internal sealed class VerbRouter(IEnumerable<ISubresource> subresources)
{
    private readonly Dictionary<(string Resource, string Name), ISubresource> _subresources =
        subresources.ToDictionary(s => (s.Resource, s.Name));

    /// <summary>Answers the request, or returns the error to answer with.</summary>
    public async ValueTask<StatusError?> RouteAsync(ApiCall call, RequestDelegate next)
    {
        var request = call.Request;
        if (!request.IsResource)
        {
            await next(call.Http);
            return null;
        }

        if (request.Kind is not { } kind)
        {
            return StatusErrors.PathNotFound;
        }

        if (_subresources.TryGetValue((kind.StorageName, request.Subresource), out var subresource))
        {
            return subresource.Verbs.Contains(request.Verb, StringComparer.Ordinal)
                ? await subresource.HandleAsync(call)
                : StatusErrors.MethodNotSupported($"{kind.Plural}/{subresource.Name}", request.Verb);
        }

        return StatusErrors.MethodNotSupported(kind.Plural, request.Verb);
    }
}
