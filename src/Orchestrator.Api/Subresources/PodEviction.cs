using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Policies;
using Orchestrator.Model.Selectors;
using Orchestrator.Model.Validation;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources;

/// <summary>
/// <c>POST pods/NAME/eviction</c> (policy/v1 Eviction): deletes a pod unless its PodDisruptionBudget has nothing left, which is answered with 429 and is
/// tried again by those who drain nodes. The budget is charged by a compare-and-swap of its status before the pod is deleted, so that of many evictions
/// at once only as many get through as are allowed.
/// </summary>
internal sealed class PodEviction(IObjectStore store, ObjectDecoder decoder, AdmissionWebhooks webhooks, DeleteFlow deletion, ApiOptions options, TimeProvider clock) : ISubresource
{
    private const string Budgets = "poddisruptionbudgets.policy";

    public string Resource => "pods";

    public string Name => "eviction";

    public string Kind => "Eviction";

    public string ApiVersion => "policy/v1";

    public IReadOnlyList<string> Verbs { get; } = ["create"];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var body = await decoder.ReadTreeAsync(call, dropNulls: true);
        if (body.Failed)
        {
            return body.Error;
        }

        var eviction = body.Value.Root as JsonObject ?? [];
        var wanted = Read(call, eviction);
        if (wanted.Failed)
        {
            return wanted.Error;
        }

        if (await webhooks.AdmitAsync(() => WebhookSubject.OfBody(call, ApiVersion, Kind, call.Request.Name, eviction, wanted.Value.DryRun)) is { } denied)
        {
            return denied;
        }

        if (await FindAsync(call) is not { } stored)
        {
            return StatusErrors.NotFound(call.Kind, call.Request.Name);
        }

        var pod = JsonTree.ParseStored(stored.Json);
        var charged = NeedsBudget(stored, pod) ? await ChargeAsync(call, stored, pod, wanted.Value.DryRun) : default;
        if (charged.Error is not null)
        {
            return charged.Error;
        }

        var deleted = await deletion.RunAsync(call, call.Key, wanted.Value with { Uid = wanted.Value.Uid ?? stored.Uid });
        if (deleted.Failed)
        {
            if (charged.Value is { } budget)
            {
                await GiveBackAsync(budget, call.Request.Name, call.Cancel);
            }

            return deleted.Error;
        }

        await JsonResponse.WriteAsync(call.Http, 201, StatusWriter.Success(new StatusDetails()));
        return null;
    }

    private static Outcome<DeleteOptions> Read(ApiCall call, JsonObject eviction)
    {
        if (eviction.Text("kind") is { Length: > 0 } kind and not "Eviction")
        {
            return StatusErrors.BadRequest($"the kind in the data ({kind}) does not match the expected kind (Eviction)");
        }

        if (eviction.Child("metadata").Text("name") is { Length: > 0 } name && name != call.Request.Name)
        {
            return StatusErrors.BadRequest($"name in URL does not match name in Eviction object: {call.Request.Name} in URL, {name} in the object");
        }

        var fromQuery = WriteOptions.DryRun(call);
        if (fromQuery.Error is not null)
        {
            return fromQuery.Error;
        }

        var options = DeleteOptions.FromBody(eviction.Child("deleteOptions") ?? []);
        return options.Failed ? options.Error : options.Value with { DryRun = options.Value.DryRun || fromQuery.Value };
    }

    private async ValueTask<StoredObject?> FindAsync(ApiCall call)
    {
        if (store.Get(call.Key) is null)
        {
            await store.SyncAsync(call.Cancel);
        }

        return store.Get(call.Key);
    }

    // A pod that has ended, is ending, or never began disturbs nobody by going.
    private static bool NeedsBudget(StoredObject stored, JsonObject pod) =>
        !stored.IsTerminating && pod.Child("status").Text("phase") is not ("Succeeded" or "Failed" or "Pending");

    /// <summary>The budget that was charged; null where the pod goes without.</summary>
    private async ValueTask<Outcome<ObjectKey?>> ChargeAsync(ApiCall call, StoredObject stored, JsonObject pod, bool dryRun)
    {
        for (var attempt = 0; attempt <= options.MaxConflictRetries; attempt++)
        {
            StoredObject[] covering = [.. store.List(Budgets, stored.Key.Namespace).Items.Where(b => Covers(b, stored))];
            if (covering.Length == 0)
            {
                return default;
            }

            if (covering.Length > 1)
            {
                return StatusErrors.InternalError("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
            }

            var budget = JsonTree.ParseStored(covering[0].Json);
            if (GoesWithoutCharge(budget, pod))
            {
                return default;
            }

            if (Refusal(budget, stored.Key.Name) is { } refusal)
            {
                return refusal;
            }

            // An eviction that was let through before, and is tried again, has been charged for already.
            if (dryRun || IsLetGo(budget, stored.Key.Name))
            {
                return default;
            }

            if (await TryChargeAsync(covering[0], budget, stored.Key.Name, call.Cancel))
            {
                return covering[0].Key;
            }

            await store.SyncAsync(call.Cancel);
        }

        return StatusErrors.TooManyRequests with { Message = "Too many requests: the disruption budget is being changed by many at once; please try again" };
    }

    private static bool Covers(StoredObject budget, StoredObject pod)
    {
        var spec = JsonTree.ParseStored(budget.Json).Child("spec");
        return SelectorObject.Read(spec.Child("selector")) is { } selector && selector.Matches(pod.Labels);
    }

    /// <summary>A pod that is not healthy may always go by <c>AlwaysAllow</c>, else where the healthy ones are enough as they are.</summary>
    private static bool GoesWithoutCharge(JsonObject budget, JsonObject pod)
    {
        if (DisruptionBudget.IsHealthy(pod))
        {
            return false;
        }

        var status = budget.Child("status");
        return budget.Child("spec").Text("unhealthyPodEvictionPolicy") == "AlwaysAllow"
            || (status.Integer("currentHealthy") >= status.Integer("desiredHealthy") && status.Integer("desiredHealthy") > 0);
    }

    private static StatusError? Refusal(JsonObject budget, string pod)
    {
        var status = budget.Child("status");
        var name = budget.Child("metadata").Text("name");
        if ((status.Integer("observedGeneration") ?? 0) < (budget.Child("metadata").Integer("generation") ?? 0))
        {
            return TooMany($"The disruption budget {name} is still being processed by the server.", retryAfterSeconds: 10);
        }

        if (IsLetGo(budget, pod))
        {
            return null;
        }

        return status.Integer("disruptionsAllowed") is > 0
            ? null
            : TooMany(string.Create(
                CultureInfo.InvariantCulture,
                $"The disruption budget {name} needs {status.Integer("desiredHealthy") ?? 0} healthy pods and has {status.Integer("currentHealthy") ?? 0} currently"));
    }

    private static StatusError TooMany(string why, int retryAfterSeconds = 0) => new()
    {
        Code = 429,
        Reason = "TooManyRequests",
        Message = "Cannot evict pod as it would violate the pod's disruption budget.",
        Details = new() { RetryAfterSeconds = retryAfterSeconds, Causes = [new FieldError("DisruptionBudget", "", why)] },
    };

    private static bool IsLetGo(JsonObject budget, string pod) => budget.Child("status", "disruptedPods") is { } disrupted && disrupted.ContainsKey(pod);

    /// <summary>Takes the charge back for a pod that was not deleted after all. Left to the budget's next count where that fails: it forgets pods that do not go.</summary>
    private async ValueTask GiveBackAsync(ObjectKey key, string pod, CancellationToken cancel)
    {
        for (var attempt = 0; attempt <= options.MaxConflictRetries; attempt++)
        {
            if (store.Get(key) is not { } stored)
            {
                return;
            }

            var budget = JsonTree.ParseStored(stored.Json);
            if (!IsLetGo(budget, pod))
            {
                return;
            }

            var status = budget.Child("status")!;
            var disrupted = status.Child("disruptedPods")!;
            disrupted.Remove(pod);
            if (disrupted.Count == 0)
            {
                status.Remove("disruptedPods");
            }

            status["disruptionsAllowed"] = (status.Integer("disruptionsAllowed") ?? 0) + 1;
            var result = await store.CommitAsync(StoredEdit.Replace(stored, budget), cancel);
            if (result.Outcome == CommitOutcome.Committed)
            {
                return;
            }

            await store.SyncAsync(cancel);
        }
    }

    private async ValueTask<bool> TryChargeAsync(StoredObject stored, JsonObject budget, string pod, CancellationToken cancel)
    {
        var status = budget.ObjectOrNew("status")!;
        status.ObjectOrNew("disruptedPods")![pod] = ObjectMetadata.Time(clock.GetUtcNow());
        status["disruptionsAllowed"] = (status.Integer("disruptionsAllowed") ?? 0) - 1;
        var result = await store.CommitAsync(StoredEdit.Replace(stored, budget), cancel);
        return result.Outcome == CommitOutcome.Committed;
    }
}
