using Orchestrator.Api.Decoding;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;

namespace Orchestrator.Api.Subresources;

/// <summary>
/// <c>pods/NAME/ephemeralcontainers</c>: the pod, of which only <c>spec.ephemeralContainers</c> can be written here, and nowhere else (<c>kubectl debug</c>).
/// </summary>
internal sealed class PodEphemeralContainers(GetVerb get, UpdateVerb update) : ISubresource
{
    public const string Subresource = "ephemeralcontainers";

    public string Resource => "pods";

    public string Name => Subresource;

    public string Kind => "Pod";

    public IReadOnlyList<string> Verbs { get; } = ["get", "patch", "update"];

    public ValueTask<StatusError?> HandleAsync(ApiCall call) => call.Request.Verb switch
    {
        "get" => get.HandleAsync(call),
        "update" => update.UpdateAsync(call),
        _ => ApplyVerb.Is(call)
            ? new(StatusErrors.UnsupportedMediaType(MediaTypes.ApplyPatch, MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch))
            : update.PatchAsync(call),
    };
}
