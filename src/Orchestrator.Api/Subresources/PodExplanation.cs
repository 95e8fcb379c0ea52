using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Ports;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources;

/// <summary>
/// <c>GET pods/NAME/explanation</c>: the latest placement decision of the pod (<c>orchestrator.dev/v1 PlacementExplanation</c>), as the scheduler wrote it.
/// With <c>?node=NAME</c>: what the scheduler says of that node now (<c>NodeExplanation</c>), whether or not it was among the few that are kept.
/// </summary>
internal sealed class PodExplanation(IObjectStore store, IExplanationStore explanations, IServiceProvider services) : ISubresource
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

        if (call.Request.QueryValue("node") is { Length: > 0 } node)
        {
            return await ExplainNodeAsync(call, pod, node);
        }

        if (await explanations.FindAsync(pod.Uid, call.Cancel) is not { } found)
        {
            StatusError error = StatusErrors.NotFound(call.Kind, call.Request.Name);
            return error with { Message = $"no placement decision is recorded for pod \"{call.Request.Name}\": it has not been considered yet, or the record has made room for newer ones" };
        }

        await JsonResponse.WriteAsync(call.Http, 200, found.Body);
        return null;
    }

    private async ValueTask<StatusError?> ExplainNodeAsync(ApiCall call, StoredObject pod, string node)
    {
        if (store.Get(new ObjectKey("nodes", "", node)) is null)
        {
            return new StatusError { Code = 404, Reason = "NotFound", Message = $"nodes \"{node}\" not found", Details = new StatusDetails { Name = node, Kind = "nodes" } };
        }

        if (services.GetService<INodeExplanations>() is not { } scheduler || await scheduler.ExplainAsync(pod.Uid, node, call.Cancel) is not { } explanation)
        {
            return new StatusError
            {
                Code = 503,
                Reason = "ServiceUnavailable",
                Message = $"the scheduler cannot say anything of pod \"{call.Request.Name}\" on node \"{node}\": the pod is gated or has ended, or the scheduler is starting",
                Details = new StatusDetails { Name = call.Request.Name, Kind = call.Kind.Plural, RetryAfterSeconds = 1 },
            };
        }

        await JsonResponse.WriteAsync(call.Http, 200, explanation);
        return null;
    }
}
