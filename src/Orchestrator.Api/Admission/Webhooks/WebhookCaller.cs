using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Asks one webhook, and makes of a call that fails what its failure policy says.</summary>
internal sealed partial class WebhookCaller(TimeProvider clock, ILogger<WebhookCaller> logger)
{
    /// <summary>The verdict; null where the call failed and the write may go on all the same. Warnings and annotations are not yet passed on: calls may run side by side.</summary>
    public async Task<Outcome<ReviewVerdict?>> AskAsync(AdmissionReview review, bool isMutating, CancellationToken cancel)
    {
        Webhook webhook = review.Webhook;
        Outcome<bool> concerned = IsConcerned(review);
        if (concerned.Error is not null || !concerned.Value)
        {
            return new Outcome<ReviewVerdict?>(null, concerned.Error);
        }

        WebhookAnswer answer = await webhook.Client.PostAsync(review.Body, webhook.Timeout, clock, cancel);
        string? fault = answer.Fault is null ? null : $"failed to call webhook: {answer.Fault}";
        if (fault is null)
        {
            ReviewVerdict? verdict = ReviewVerdict.Read(review, answer.Body, isMutating, out string? wrong);
            if (verdict is not null)
            {
                return new Outcome<ReviewVerdict?>(verdict, null);
            }

            fault = $"received invalid webhook response: {wrong}";
        }

        if (webhook.FailsOpen)
        {
            LogFailedOpen(webhook.Name, fault);
            return new Outcome<ReviewVerdict?>(null, null);
        }

        LogFailed(webhook.Name, fault);
        return StatusErrors.InternalError($"failed calling webhook \"{webhook.Name}\": {fault}");
    }

    /// <summary>Whether the webhook's conditions let it be asked; an error where that cannot be told, unless its failure policy says to go on.</summary>
    private Outcome<bool> IsConcerned(AdmissionReview review)
    {
        if (review.Webhook.Conditions is not { } conditions)
        {
            return true;
        }

        // They are about what the webhook would see, which has been written by now.
        JsonObject request = (JsonNode.Parse(review.Body) as JsonObject).Child("request")!;
        if (conditions.Match(request, out string fault) is { } matches)
        {
            return matches;
        }

        if (review.Webhook.FailsOpen)
        {
            LogFailedOpen(review.Webhook.Name, fault);
            return false;
        }

        LogFailed(review.Webhook.Name, fault);
        return StatusErrors.Forbidden(review.Kind, request.Text("name") ?? "", fault);
    }

    /// <summary>Passes on what the webhook wants the client and the auditor to know.</summary>
    public static void Tell(WebhookSubject subject, Webhook webhook, ReviewVerdict verdict)
    {
        foreach (string warning in verdict.Warnings)
        {
            subject.Call.Warn(warning);
        }

        foreach ((string key, string value) in verdict.Annotations)
        {
            AuditRecord.Annotate(subject.Call.Http, $"{webhook.Name}/{key}", value);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed calling webhook, failing open {Webhook}: {Reason}")]
    private partial void LogFailedOpen(string webhook, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "failed calling webhook, failing closed {Webhook}: {Reason}")]
    private partial void LogFailed(string webhook, string reason);
}
