using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources;

/// <summary><c>GET pods/NAME/explanation</c>: the latest placement decision of the pod (<c>orchestrator.dev/v1 PlacementExplanation</c>), as the scheduler wrote it.</summary>
internal sealed class PodExplanation(IObjectStore store, IExplanationStore explanations) : ISubresource
{
    public string Resource => "pods";

    public string Name => "explanation";

    public string Kind => "PlacementExplanation";

    public IReadOnlyList<string> Verbs { get; } = ["get"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (store.Get(call.Key) is not { } pod)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        if (await explanations.FindAsync(pod.Uid, call.Cancel) is not { } found)
        {
            StatusError error = StatusErrors.NotFound(call.Kind, call.Request.Name);
            return error with { Message = $"no placement decision is recorded for pod \"{call.Request.Name}\": it has not been considered yet, or the record has made room for newer ones" };
        }

        await JsonResponse.WriteAsync(call.Http, 200, found.Body);
        return null;
    }
}
