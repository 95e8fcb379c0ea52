using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Verbs;

/// <summary>
/// Answers for a kind whose objects are not stored: a review that is decided where it is posted, figures that are computed where they are asked for.
/// Registered as a service; the kind's <c>Verbs</c> say what it is asked.
/// </summary>
public interface IComputedResource
{
    /// <summary>Storage name of the kind: <c>subjectaccessreviews.authorization.k8s.io</c>. All its versions come here.</summary>
    string Resource { get; }

    /// <summary>Answers the request: writes the response, or returns what is to be answered as a <c>Status</c>.</summary>
    ValueTask<StatusError?> HandleAsync(ApiCall call);
}
