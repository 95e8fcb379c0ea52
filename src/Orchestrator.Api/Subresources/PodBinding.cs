using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Verbs;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Subresources;

/// <summary><c>POST pods/NAME/binding</c>: how schedulers other than the built-in one place a pod.</summary>
internal sealed class PodBinding(PodBinder binder, ObjectDecoder decoder) : ISubresource
{
    public string Resource => "pods";

    public string Name => "binding";

    public string Kind => "Binding";

    public IReadOnlyList<string> Verbs { get; } = ["create"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var body = await decoder.ReadTreeAsync(call, dropNulls: true);
        var dryRun = WriteOptions.Read(call, "CreateOptions");
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        return body.Value.Root is JsonObject binding
            ? await binder.BindAsync(call, call.Request.Name, binding, dryRun.Value)
            : StatusErrors.BadRequest("the body must hold a Binding");
    }
}

/// <summary><c>POST bindings</c>: the older way, which names the pod in the body alone.</summary>
internal sealed class BindingCreation(PodBinder binder, ObjectDecoder decoder) : IComputedResource
{
    public string Resource => "bindings";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var body = await decoder.ReadAsync(call);
        var dryRun = WriteOptions.Read(call, "CreateOptions");
        if (body.Failed || dryRun.Error is not null)
        {
            return body.Error ?? dryRun.Error;
        }

        JsonObject? metadata = body.Value.Child("metadata");
        return call.Request.Namespace.Length == 0 ? StatusErrors.MethodNotSupported(call.Kind.Plural, "create at the cluster scope")
            : metadata.Text("name") is not { Length: > 0 } pod ? StatusErrors.BadRequest("the name of the pod must be given in metadata.name")
            : metadata.Text("namespace") is { Length: > 0 } ns && ns != call.Request.Namespace
                ? StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
            : await binder.BindAsync(call, pod, body.Value, dryRun.Value);
    }
}
