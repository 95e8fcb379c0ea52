using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>
/// Asks the cluster's admission webhooks about writes. They are called before anything is committed, while the write holds nothing but its seat; where none is
/// configured nothing happens.
/// </summary>
internal sealed class AdmissionWebhooks(WebhookFollower webhooks, WebhookMatching matching, WebhookCaller caller, PatchedObjects patched)
{
    /// <summary>Validating webhooks of one write that are called at the same time.</summary>
    private const int Concurrency = 16;

    /// <summary>Lets the mutating webhooks change the write.</summary>
    /// <param name="request">The write, whose object they change in place.</param>
    /// <param name="rules">The server's own rules, which run again over what webhooks have added.</param>
    public ValueTask<StatusError?> MutateAsync(AdmissionRequest request, Func<AdmissionRequest, ValueTask<StatusError?>> rules)
    {
        IReadOnlyList<Webhook> mutating = webhooks.Current.Mutating;
        return mutating.Count == 0 || WebhookSubject.Of(request) is not { } subject ? default : MutateAsync(mutating, subject, request, rules);
    }

    /// <summary>Asks the validating webhooks, all at once; the refusal of the first of them that refuses counts.</summary>
    public ValueTask<StatusError?> ValidateAsync(AdmissionRequest request)
    {
        IReadOnlyList<Webhook> validating = webhooks.Current.Validating;
        return validating.Count == 0 || WebhookSubject.Of(request) is not { } subject ? default : ValidateAsync(validating, subject);
    }

    /// <summary>Asks about the body of a subresource, which mutating webhooks change in place.</summary>
    public ValueTask<StatusError?> AdmitAsync(Func<WebhookSubject> subject)
    {
        WebhookTable table = webhooks.Current;
        return table.Mutating.Count + table.Validating.Count == 0 ? default : AdmitAsync(table, subject());
    }

    private async ValueTask<StatusError?> AdmitAsync(WebhookTable table, WebhookSubject subject)
    {
        var pass = new MutatingPass(table.Mutating, subject, matching, caller, patched);
        return await pass.RunAsync(0, subject.Call.Cancel)
            ?? (pass.IsChanged ? await pass.RunAsync(1, subject.Call.Cancel) : null)
            ?? await ValidateAsync(table.Validating, subject);
    }

    private async ValueTask<StatusError?> MutateAsync(
        IReadOnlyList<Webhook> mutating, WebhookSubject subject, AdmissionRequest request, Func<AdmissionRequest, ValueTask<StatusError?>> rules)
    {
        var pass = new MutatingPass(mutating, subject, matching, caller, patched);
        if (await pass.RunAsync(0, subject.Call.Cancel) is { } refusal)
        {
            return refusal;
        }

        if (!pass.IsChanged)
        {
            return null;
        }

        if (!subject.IsOfKind)
        {
            ScaleView.Set(request.Object, request.Kind.Scale!, subject.Object.Child("spec").Integer("replicas") ?? 0);
            return null;
        }

        return await rules(request) ?? await pass.RunAsync(1, subject.Call.Cancel);
    }

    private async ValueTask<StatusError?> ValidateAsync(IReadOnlyList<Webhook> validating, WebhookSubject subject)
    {
        // Written before any is sent: trees of JSON are not read by several at once.
        AdmissionReview[] reviews =
        [
            .. from webhook in validating
               let kind = matching.KindFor(webhook, subject)
               where kind is not null
               select AdmissionReview.Write(webhook, kind, subject),
        ];
        var answers = new Outcome<ReviewVerdict?>[reviews.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, reviews.Length),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = subject.Call.Cancel },
            async (i, cancel) => answers[i] = await caller.AskAsync(reviews[i], isMutating: false, cancel));

        StatusError? refusal = null;
        for (int i = 0; i < reviews.Length; i++)
        {
            if (answers[i].Value is { } verdict)
            {
                WebhookCaller.Tell(subject, reviews[i].Webhook, verdict);
                refusal ??= verdict.Refusal;
            }

            refusal ??= answers[i].Error;
        }

        return refusal;
    }
}
