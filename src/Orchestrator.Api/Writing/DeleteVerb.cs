using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Writing;

/// <summary>delete: one object.</summary>
internal sealed class DeleteVerb(ObjectDecoder decoder, DeleteFlow flow, ObjectResponse response)
{
    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var options = await DeleteOptions.ReadAsync(call, decoder);
        if (options.Failed)
        {
            return options.Error;
        }

        var deleted = await flow.RunAsync(call, call.Key, options.Value);
        if (deleted.Failed)
        {
            return deleted.Error;
        }

        if (!deleted.Value.IsGone)
        {
            // Told apart from other unfinished deletions, as in Kubernetes: what was asked for begins with the dependents.
            var isCascading = options.Value.Propagation is Propagation.Foreground;
            return await response.WriteAsync(call, isCascading ? 202 : 200, deleted.Value.Object.Json);
        }

        var details = new StatusDetails { Name = call.Request.Name, Group = call.Kind.Group, Kind = call.Kind.Plural, Uid = deleted.Value.Object.Uid };
        await JsonResponse.WriteAsync(call.Http, 200, StatusWriter.Success(details));
        return null;
    }
}
