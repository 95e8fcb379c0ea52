using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Tokens;
using Orchestrator.Api.Verbs;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Reviews;

/// <summary>Whose token is this, and is it for these audiences?</summary>
internal sealed class TokenReview(AccessReviews reviews, BearerTokens tokens) : IComputedResource
{
    public string Resource => "tokenreviews.authentication.k8s.io";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var read = await reviews.ReadAsync(call);
        if (read.Failed)
        {
            return read.Error;
        }

        var spec = read.Value.Child("spec");
        if (spec.Text("token") is not { Length: > 0 } token)
        {
            return StatusErrors.BadRequest("token is required for TokenReview in authentication");
        }

        var verdict = await tokens.JudgeAsync(token, [.. spec.Texts("audiences")], call.Cancel);
        var status = new JsonObject();
        if (verdict.User is { } user)
        {
            status["authenticated"] = true;
            status["user"] = UserJson.Of(user);
            status["audiences"] = new JsonArray([.. verdict.Audiences.Select(a => (JsonNode)a)]);
        }
        else
        {
            status["user"] = new JsonObject();
            status["error"] = verdict.Error;
        }

        return await reviews.WriteAsync(call, read.Value, status);
    }
}
