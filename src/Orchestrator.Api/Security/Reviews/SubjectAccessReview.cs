using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Verbs;
using Orchestrator.Model.Json;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Security.Reviews;

/// <summary>May that user do this?</summary>
internal class SubjectAccessReview(AccessReviews reviews) : IComputedResource
{
    public virtual string Resource => "subjectaccessreviews.authorization.k8s.io";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var read = await reviews.ReadAsync(call);
        if (read.Failed)
        {
            return read.Error;
        }

        var spec = read.Value.Child("spec");
        var errors = new List<FieldError>();
        AccessReviews.ValidateQuestion(spec, errors);
        if (string.IsNullOrEmpty(spec.Text("user")) && !spec.Texts("groups").Any())
        {
            errors.Add(FieldError.Invalid("spec.user", "", "at least one of user or group must be specified"));
        }

        ValidateScope(call, spec, errors);
        return errors.Count > 0
            ? StatusErrors.Invalid(call.Kind, "", errors)
            : await reviews.AnswerAsync(call, read.Value, UserOf(spec));
    }

    /// <summary>Adds errors where the question leads out of the review's scope.</summary>
    protected virtual void ValidateScope(ApiCall call, JsonObject? spec, ICollection<FieldError> errors)
    {
    }

    private static UserInfo UserOf(JsonObject? spec) => new(spec.Text("user") ?? "", [.. spec.Texts("groups")])
    {
        Uid = spec.Text("uid") ?? "",
        Extra = (spec.Child("extra") ?? []).ToDictionary(
            e => e.Key, e => (IReadOnlyList<string>)[.. spec.Child("extra").Texts(e.Key)], StringComparer.Ordinal),
    };
}

/// <summary>May that user do this in the namespace?</summary>
internal sealed class LocalSubjectAccessReview(AccessReviews reviews) : SubjectAccessReview(reviews)
{
    public override string Resource => "localsubjectaccessreviews.authorization.k8s.io";

    protected override void ValidateScope(ApiCall call, JsonObject? spec, ICollection<FieldError> errors)
    {
        var ns = spec.Child("resourceAttributes").Text("namespace") ?? "";
        if (spec?["nonResourceAttributes"] is not null)
        {
            errors.Add(FieldError.Invalid("spec.nonResourceAttributes", spec["nonResourceAttributes"]!.ToJsonString(), "disallowed on this kind of request"));
        }
        else if (ns != call.Request.Namespace)
        {
            errors.Add(FieldError.Invalid("spec.resourceAttributes.namespace", ns, "must match metadata.namespace"));
        }
    }
}

/// <summary>May I do this? (<c>kubectl auth can-i</c>)</summary>
internal sealed class SelfSubjectAccessReview(AccessReviews reviews) : IComputedResource
{
    public string Resource => "selfsubjectaccessreviews.authorization.k8s.io";

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var read = await reviews.ReadAsync(call);
        if (read.Failed)
        {
            return read.Error;
        }

        var errors = new List<FieldError>();
        AccessReviews.ValidateQuestion(read.Value.Child("spec"), errors);
        return errors.Count > 0
            ? StatusErrors.Invalid(call.Kind, "", errors)
            : await reviews.AnswerAsync(call, read.Value, call.User);
    }
}
