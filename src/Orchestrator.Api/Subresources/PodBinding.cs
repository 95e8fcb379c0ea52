using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources;

/// <summary><c>POST pods/NAME/binding</c>: how schedulers other than the built-in one place a pod. A pod is bound once and for all.</summary>
internal sealed class PodBinding(IObjectStore store, ObjectDecoder decoder, AdmissionWebhooks webhooks, ApiOptions options, TimeProvider time) : ISubresource
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

        if (body.Value.Root is not JsonObject binding)
        {
            return StatusErrors.BadRequest("the body must hold a Binding");
        }

        if (await webhooks.AdmitAsync(() => WebhookSubject.OfBody(call, "v1", Kind, binding, dryRun.Value)) is { } denied)
        {
            return denied;
        }

        if (Validate(call, binding) is { Count: > 0 } errors)
        {
            return StatusErrors.Invalid(call.Kind, call.Request.Name, errors) with { Message = $"Binding \"{call.Request.Name}\" is invalid: {string.Join(", ", errors)}" };
        }

        for (int attempt = 0; attempt <= options.MaxConflictRetries; attempt++)
        {
            if (store.Get(call.Key) is not { } pod)
            {
                return StatusErrors.NotFound(call.Kind, call.Request.Name);
            }

            if (Refusal(call, pod, binding) is { } refusal)
            {
                return refusal;
            }

            if (dryRun.Value || await TryBindAsync(pod, binding, call.Cancel))
            {
                await JsonResponse.WriteAsync(call.Http, 201, StatusWriter.Success(new StatusDetails()));
                return null;
            }
        }

        return StatusErrors.Conflict(call.Kind, call.Request.Name);
    }

    private static List<FieldError> Validate(ApiCall call, JsonObject binding)
    {
        var errors = new List<FieldError>();
        JsonObject? target = binding.Child("target");
        errors.CheckRequired("target.name", target.Text("name"), NameRules.DnsSubdomain);
        errors.CheckOneOf("target.kind", target.Text("kind"), "Node");
        if (binding.Child("metadata").Text("name") is { Length: > 0 } name && name != call.Request.Name)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"must be the name in the path: {call.Request.Name}"));
        }

        return errors;
    }

    private static StatusError? Refusal(ApiCall call, StoredObject pod, JsonObject binding)
    {
        string? uid = binding.Child("metadata").Text("uid");
        string? node = pod.Fields.GetValueOrDefault("spec.nodeName");
        string? why = !string.IsNullOrEmpty(uid) && uid != pod.Uid ? $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Uid}"
            : pod.IsTerminating ? $"pod {pod.Key.Name} is being deleted, cannot be assigned to a host"
            : !string.IsNullOrEmpty(node) ? $"pod {pod.Key.Name} is already assigned to node \"{node}\""
            : null;
        return why is null ? null : StatusErrors.Conflict(call.Kind, call.Request.Name, why);
    }

    private async ValueTask<bool> TryBindAsync(StoredObject pod, JsonObject binding, CancellationToken cancel)
    {
        JsonObject bound = JsonTree.ParseStored(pod.Json);
        if (bound.ObjectOrNew("spec") is { } spec)
        {
            spec["nodeName"] = binding.Child("target").Text("name");
        }

        CopyAnnotations(binding, bound);
        MarkScheduled(bound);
        CommitResult result = await store.CommitAsync(StoredEdit.Replace(pod, bound), cancel);
        return result.Outcome == CommitOutcome.Committed;
    }

    // A scheduler may leave notes on the pod by way of the binding, as in Kubernetes.
    private static void CopyAnnotations(JsonObject binding, JsonObject pod)
    {
        foreach ((string name, JsonNode? value) in binding.Child("metadata", "annotations") ?? [])
        {
            if (pod.ObjectOrNew("metadata")?.ObjectOrNew("annotations") is { } annotations)
            {
                annotations[name] = value?.DeepClone();
            }
        }
    }

    private void MarkScheduled(JsonObject pod)
    {
        if (pod.ObjectOrNew("status") is not { } status)
        {
            return;
        }

        var conditions = new JsonArray();
        foreach ((JsonObject condition, _) in status.Items("conditions").Where(c => c.Item.Text("type") != "PodScheduled"))
        {
            conditions.Add(condition.DeepClone());
        }

        conditions.Add(new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        });
        status["conditions"] = conditions;
    }
}
