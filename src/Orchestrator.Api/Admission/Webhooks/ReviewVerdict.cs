using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>What a webhook decided (<c>admission.k8s.io AdmissionResponse</c>).</summary>
/// <param name="Refusal">What the write is refused with; null where it is allowed.</param>
/// <param name="Patch">Operations of the JSON patch; empty for none.</param>
/// <param name="Warnings">For the client.</param>
/// <param name="Annotations">For the audit log.</param>
internal sealed record ReviewVerdict(
    StatusError? Refusal, JsonArray Patch, IReadOnlyList<string> Warnings, IReadOnlyList<KeyValuePair<string, string>> Annotations)
{
    private const int MaxDepth = 64;
    private const int MaxWarnings = 16;
    private const int MaxWarningLength = 256;
    private const int MaxAnnotations = 16;

    /// <summary>Reads an answer.</summary>
    /// <param name="review">What was asked.</param>
    /// <param name="body">What was answered.</param>
    /// <param name="isMutating">Patches of validating webhooks are passed over.</param>
    /// <param name="fault">What is wrong with the answer; null where there is a verdict.</param>
    public static ReviewVerdict? Read(AdmissionReview review, ReadOnlyMemory<byte> body, bool isMutating, out string? fault)
    {
        try
        {
            JsonNode? root = body.IsEmpty ? null : JsonTree.Parse(new ReadOnlySequence<byte>(body), MaxDepth, dropNulls: true);
            return Read(review, root as JsonObject, isMutating, out fault);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            fault = e.Message;
            return null;
        }
    }

    private static ReviewVerdict? Read(AdmissionReview review, JsonObject? answer, bool isMutating, out string? fault)
    {
        var (apiVersion, kind) = (answer.Text("apiVersion") ?? "", answer.Text("kind") ?? "");
        JsonObject? response = answer.Child("response");
        JsonArray patch = [];
        fault = apiVersion != review.Webhook.ReviewVersion || kind != "AdmissionReview"
            ? $"expected webhook response of {review.Webhook.ReviewVersion}, Kind=AdmissionReview, got {apiVersion}, Kind={kind}"
            : response is null ? "webhook response was absent"
            : response.Text("uid") != review.Uid ? $"expected response.uid=\"{review.Uid}\", got \"{response.Text("uid")}\""
            : isMutating ? ReadPatch(review, response, out patch)
            : null;
        return fault is not null ? null : new ReviewVerdict(
            response.Flag("allowed") == true ? null : Refused(review.Webhook.Name, response.Child("status")),
            patch,
            [.. response.Texts("warnings").Take(MaxWarnings).Select(w => w.Length <= MaxWarningLength ? w : w[..MaxWarningLength])],
            [.. (response.Child("auditAnnotations") ?? []).Take(MaxAnnotations).Select(a => KeyValuePair.Create(a.Key, a.Value.AsText() ?? ""))]);
    }

    private static string? ReadPatch(AdmissionReview review, JsonObject response, out JsonArray patch)
    {
        patch = [];
        if (response.Text("patch") is not { Length: > 0 } text)
        {
            return null;
        }

        // The older version has patches of one type only, and leaves it out.
        if (response["patchType"] is null && review.Webhook.ReviewVersion == "admission.k8s.io/v1")
        {
            return "webhook returned response.patch but not response.patchType";
        }

        if (response.Text("patchType") is { } type and not "JSONPatch")
        {
            return $"webhook returned invalid response.patchType of \"{type}\"";
        }

        if (JsonTree.Parse(new ReadOnlySequence<byte>(Convert.FromBase64String(text)), MaxDepth, dropNulls: false) is not JsonArray operations)
        {
            return "received undecodable patch in webhook response: it is not an array of operations";
        }

        patch = operations;
        return null;
    }

    /// <summary>The status of the answer, which says of itself whose it is.</summary>
    private static StatusError Refused(string webhook, JsonObject? status)
    {
        string denied = $"admission webhook \"{webhook}\" denied the request";
        string? why = status.Text("message") is { Length: > 0 } message ? message : status.Text("reason");
        JsonObject? details = status.Child("details");
        return new StatusError
        {
            Code = status.Integer("code") is { } code and >= 400 and < 600 ? (int)code : 400,
            Reason = status.Text("reason") ?? "",
            Message = string.IsNullOrEmpty(why) ? $"{denied} without explanation" : $"{denied}: {why}",
            Details = details is null ? null : new StatusDetails
            {
                Name = details.Text("name"),
                Group = details.Text("group"),
                Kind = details.Text("kind"),
                Causes = [.. details.Items("causes").Select(c => new FieldError(c.Item.Text("reason") ?? "", c.Item.Text("field") ?? "", c.Item.Text("message") ?? ""))],
                RetryAfterSeconds = (int)Math.Clamp(details.Integer("retryAfterSeconds") ?? 0, 0, int.MaxValue),
            },
        };
    }
}
