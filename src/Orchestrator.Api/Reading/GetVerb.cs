using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>get: one object.</summary>
internal sealed class GetVerb(IObjectStore store, Freshness freshness, ServedObjects served, ObjectResponse response)
{
    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var read = await freshness.EnsureAsync(call);
        if (read.Error is not null)
        {
            return read.Error;
        }

        return store.Get(call.Key) is { } found
            ? await response.WriteAsync(call, 200, served.Of(call.Kind, found))
            : StatusErrors.NotFound(call.Kind, call.Request.Name);
    }
}
