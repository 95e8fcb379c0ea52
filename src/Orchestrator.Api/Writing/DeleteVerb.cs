using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

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
            return await response.WriteAsync(call, 200, deleted.Value.Object.Json);
        }

        var details = new StatusDetails { Name = call.Request.Name, Group = call.Kind.Group, Kind = call.Kind.Plural, Uid = deleted.Value.Object.Uid };
        await JsonResponse.WriteAsync(call.Http, 200, StatusWriter.Success(details));
        return null;
    }
}
