using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources;

/// <summary>Places pods as schedulers other than the built-in one ask. A pod is bound once and for all.</summary>
internal sealed class PodBinder(IObjectStore store, AdmissionWebhooks webhooks, ServedKinds kinds, ApiOptions options, TimeProvider time)
{
    private readonly ResourceKind _pods = kinds.BuiltIn.FindKind("v1", "Pod") ?? throw new InvalidOperationException("the kind Pod is not registered");

    /// <summary>Carries a Binding out and answers the request, or returns the error to answer with.</summary>
    /// <param name="call">The request.</param>
    /// <param name="name">The pod, in the request's namespace.</param>
    /// <param name="binding">The Binding.</param>
    /// <param name="dryRun">Binds nothing.</param>
    public async ValueTask<StatusError?> BindAsync(ApiCall call, string name, JsonObject binding, bool dryRun)
    {
        if (await webhooks.AdmitAsync(() => WebhookSubject.OfBody(call, "v1", "Binding", name, binding, dryRun)) is { } denied)
        {
            return denied;
        }

        if (Validate(name, binding) is { Count: > 0 } errors)
        {
            return StatusErrors.Invalid(_pods, name, errors) with { Message = $"Binding \"{name}\" is invalid: {string.Join(", ", errors)}" };
        }

        for (int attempt = 0; attempt <= options.MaxConflictRetries; attempt++)
        {
            if (store.Get(new ObjectKey(_pods.StorageName, call.Request.Namespace, name)) is not { } pod)
            {
                return StatusErrors.NotFound(_pods, name);
            }

            if (Refusal(pod, binding) is { } refusal)
            {
                return refusal;
            }

            if (dryRun || await TryBindAsync(pod, binding, call.Cancel))
            {
                await JsonResponse.WriteAsync(call.Http, 201, StatusWriter.Success(new StatusDetails()));
                return null;
            }
        }

        return StatusErrors.Conflict(_pods, name);
    }

    private static List<FieldError> Validate(string pod, JsonObject binding)
    {
        var errors = new List<FieldError>();
        JsonObject? target = binding.Child("target");
        errors.CheckRequired("target.name", target.Text("name"), NameRules.DnsSubdomain);
        errors.CheckOneOf("target.kind", target.Text("kind"), "Node");
        if (binding.Child("metadata").Text("name") is { Length: > 0 } name && name != pod)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"must be the name in the path: {pod}"));
        }

        return errors;
    }

    private StatusError? Refusal(StoredObject pod, JsonObject binding)
    {
        string? uid = binding.Child("metadata").Text("uid");
        string? node = pod.Fields.GetValueOrDefault("spec.nodeName");
        string? why = !string.IsNullOrEmpty(uid) && uid != pod.Uid ? $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Uid}"
            : pod.IsTerminating ? $"pod {pod.Key.Name} is being deleted, cannot be assigned to a host"
            : !string.IsNullOrEmpty(node) ? $"pod {pod.Key.Name} is already assigned to node \"{node}\""
            : null;
        return why is null ? null : StatusErrors.Conflict(_pods, pod.Key.Name, why);
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
