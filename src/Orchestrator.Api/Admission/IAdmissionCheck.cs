using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission;

/// <summary>
/// A look at a write as it would be stored: after all <see cref="IAdmissionRule"/>s have filled in what they fill in, and after validation. It may
/// refuse and warn, and changes nothing. Checks run in the order of registration.
/// </summary>
public interface IAdmissionCheck
{
    /// <inheritdoc cref="IAdmissionRule.AppliesTo"/>
    bool AppliesTo(ResourceKind kind, string verb, string subresource);

    /// <summary>Null admits.</summary>
    ValueTask<StatusError?> CheckAsync(AdmissionRequest request, CancellationToken cancel);
}
