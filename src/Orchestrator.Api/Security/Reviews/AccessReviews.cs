using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Security.Reviews;

/// <summary>What all access reviews of <c>authorization.k8s.io/v1</c> have in common: the question, and the answer by the authorizers.</summary>
internal sealed class AccessReviews(ObjectDecoder decoder, AuthorizerChain authorizers, ObjectResponse response)
{
    public ValueTask<Outcome<JsonObject>> ReadAsync(ApiCall call) => decoder.ReadAsync(call);

    /// <summary>Adds an error unless the question is about either a resource or a path.</summary>
    public static void ValidateQuestion(JsonObject? spec, ICollection<FieldError> errors)
    {
        var (resource, path) = (spec.Child("resourceAttributes"), spec.Child("nonResourceAttributes"));
        if (resource is not null && path is not null)
        {
            errors.Add(FieldError.Invalid("spec.nonResourceAttributes", path.ToJsonString(), "cannot be specified in combination with resourceAttributes"));
        }
        else if (resource is null && path is null)
        {
            errors.Add(FieldError.Invalid("spec.resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
    }

    /// <summary>Answers with the review and its status.</summary>
    public async ValueTask<StatusError?> AnswerAsync(ApiCall call, JsonObject review, UserInfo user)
    {
        var decision = await authorizers.DecideAsync(user, Question(review.Child("spec")), call.Cancel);
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
        {
            status["reason"] = decision.Reason;
        }

        return await WriteAsync(call, review, status);
    }

    public ValueTask<StatusError?> WriteAsync(ApiCall call, JsonObject review, JsonObject status)
    {
        review["metadata"] ??= new JsonObject();
        review["status"] = status;
        return response.WriteUnstoredAsync(call, 201, review, 0);
    }

    private static RequestInfo Question(JsonObject? spec)
    {
        if (spec.Child("nonResourceAttributes") is { } path)
        {
            return AskedRequest.OfPath(path.Text("verb") ?? "", path.Text("path") ?? "");
        }

        var resource = spec.Child("resourceAttributes");
        return AskedRequest.OfResource(
            resource.Text("verb") ?? "",
            resource.Text("group") ?? "",
            resource.Text("version") ?? "",
            resource.Text("resource") ?? "",
            resource.Text("subresource") ?? "",
            resource.Text("namespace") ?? "",
            resource.Text("name") ?? "",
            FieldSelectorOf(resource.Child("fieldSelector")));
    }

    /// <summary>Requirements that the query form cannot say (one value out of several) only narrow the request: leaving them out never allows more.</summary>
    private static string FieldSelectorOf(JsonObject? selector) => selector.Text("rawSelector") ?? string.Join(',', selector.Items("requirements")
        .Select(r => (Key: r.Item.Text("key"), Operator: r.Item.Text("operator"), Values: r.Item.Texts("values").ToList()))
        .Where(r => r.Operator is "In" or "NotIn" && r.Values.Count == 1)
        .Select(r => $"{r.Key}{(r.Operator == "In" ? "=" : "!=")}{r.Values[0]}"));
}
