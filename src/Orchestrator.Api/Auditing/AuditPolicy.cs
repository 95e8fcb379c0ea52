using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Auditing;

/// <summary>What is recorded of which requests (<c>audit.k8s.io/v1 Policy</c>): the first rule that matches decides; without one, nothing is.</summary>
public sealed class AuditPolicy
{
    private readonly IReadOnlyList<AuditRule> _rules;
    private readonly IReadOnlyList<AuditStage> _omitStages;
    private readonly bool _omitManagedFields;

    internal AuditPolicy(IReadOnlyList<AuditRule> rules, IReadOnlyList<AuditStage> omitStages, bool omitManagedFields)
    {
        _rules = rules;
        _omitStages = omitStages;
        _omitManagedFields = omitManagedFields;
    }

    internal AuditDecision Decide(UserInfo? user, RequestInfo request)
    {
        foreach (var rule in _rules)
        {
            if (rule.Matches(user, request))
            {
                return new AuditDecision(rule.Level, [.. _omitStages, .. rule.OmitStages], rule.OmitManagedFields ?? _omitManagedFields);
            }
        }

        return AuditDecision.Nothing;
    }
}

/// <param name="Level">How much.</param>
/// <param name="OmitStages">When not.</param>
/// <param name="OmitManagedFields">True where bodies are recorded without <c>metadata.managedFields</c>.</param>
internal sealed record AuditDecision(AuditLevel Level, IReadOnlyList<AuditStage> OmitStages, bool OmitManagedFields)
{
    public static readonly AuditDecision Nothing = new(AuditLevel.None, [], false);
}
