using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Writing;

/// <summary>What every write goes through between its decoding and its commit, in this order: the kind's defaults, the admission rules, validation.</summary>
internal sealed class AdmissionChain(IEnumerable<IAdmissionRule> rules)
{
    private readonly IAdmissionRule[] _rules = [.. rules];

    /// <summary>Null admits; validation answers with all errors at once.</summary>
    public async ValueTask<StatusError?> AdmitAsync(AdmissionRequest request)
    {
        request.Kind.Rules.Default(request.Object);
        return await RunRulesAsync(request) ?? Validate(request);
    }

    /// <summary>The admission rules alone, for deletions.</summary>
    public async ValueTask<StatusError?> RunRulesAsync(AdmissionRequest request)
    {
        foreach (var rule in _rules)
        {
            if (rule.AppliesTo(request.Kind, request.Verb, request.Call.Request.Subresource)
                && await rule.AdmitAsync(request, request.Call.Cancel) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private static StatusError? Validate(AdmissionRequest request)
    {
        var errors = new List<FieldError>();
        MetadataRules.Validate(ObjectMetadata.Of(request.Object), request.Kind, request.Old?["metadata"] as JsonObject, errors);
        request.Kind.Rules.Validate(request.Object, request.Old, errors);
        if (errors.Count > 0)
        {
            return StatusErrors.Invalid(request.Kind, request.Name, errors);
        }

        Warn(request);
        return null;
    }

    /// <summary>Warnings are for whoever writes the specification, not for the agent that reports a status.</summary>
    private static void Warn(AdmissionRequest request)
    {
        if (request.Call.Request.Subresource.Length > 0)
        {
            return;
        }

        var warnings = new List<string>();
        request.Kind.Rules.Warn(request.Object, warnings);
        foreach (var warning in warnings)
        {
            request.Call.Warn(warning);
        }
    }
}
