using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Rbac;
using Orchestrator.Api.Verbs;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Reviews;

/// <summary>What may I do in the namespace? (<c>kubectl auth can-i --list</c>)</summary>
internal sealed class SelfSubjectRulesReview(AccessReviews reviews, RbacPolicy policy) : IComputedResource
{
    public string Resource => "selfsubjectrulesreviews.authorization.k8s.io";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var read = await reviews.ReadAsync(call);
        if (read.Failed)
        {
            return read.Error;
        }

        if (read.Value.Child("spec").Text("namespace") is not { Length: > 0 } ns)
        {
            return StatusErrors.BadRequest("no namespace on request");
        }

        var rules = policy.Latest().RulesFor(call.User, ns);
        var status = new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(r => r.Resources.Count > 0).Select(r => (JsonNode)r.ToJson())]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(r => r.NonResourceUrls.Count > 0).Select(r => (JsonNode)r.ToJson())]),
            // What the node authorizer allows depends on pods and cannot be listed.
            ["incomplete"] = NodeIdentity.NodeName(call.User) is not null,
        };
        if (NodeIdentity.NodeName(call.User) is not null)
        {
            status["evaluationError"] = "node authorizer does not support user rule resolution";
        }

        return await reviews.WriteAsync(call, read.Value, status);
    }
}

/// <summary>Who am I? (<c>kubectl auth whoami</c>)</summary>
internal sealed class SelfSubjectReview(AccessReviews reviews) : IComputedResource
{
    public string Resource => "selfsubjectreviews.authentication.k8s.io";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var read = await reviews.ReadAsync(call);
        return read.Failed
            ? read.Error
            : await reviews.WriteAsync(call, read.Value, new JsonObject { ["userInfo"] = UserJson.Of(call.User) });
    }
}
