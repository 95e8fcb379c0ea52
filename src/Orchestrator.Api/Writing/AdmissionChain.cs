using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Ownership;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Writing;

/// <summary>
/// What every write goes through between its decoding and its commit, in Kubernetes' order: the kind's defaults, the ownership of what was
/// written, the admission rules, which may fill in without owning it, mutating webhooks, validation, the checks, which see what would be stored, and
/// validating webhooks.
/// </summary>
internal sealed class AdmissionChain
{
    private readonly FieldOwnership _ownership;
    private readonly IAdmissionRule[] _rules;
    private readonly IAdmissionCheck[] _checks;
    private readonly AdmissionWebhooks _webhooks;

    // Made once and not with every write.
    private readonly Func<AdmissionRequest, ValueTask<StatusError?>> _runRules;

    public AdmissionChain(FieldOwnership ownership, IEnumerable<IAdmissionRule> rules, IEnumerable<IAdmissionCheck> checks, AdmissionWebhooks webhooks)
    {
        (_ownership, _rules, _checks, _webhooks) = (ownership, [.. rules], [.. checks], webhooks);
        _runRules = RunRulesAsync;
    }

    /// <summary>Null admits; validation answers with all errors at once.</summary>
    /// <param name="request">The write.</param>
    /// <param name="managedFields">Of an apply: those that it worked out. Else those in the body, which are a wish; null for none.</param>
    /// <param name="isApply">True where ownership is settled already.</param>
    public async ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, JsonNode? managedFields = null, bool isApply = false)
    {
        request.Kind.Rules.Default(request.Object);
        if (isApply)
        {
            ObjectMetadata.Of(request.Object)["managedFields"] = managedFields?.DeepClone();
        }
        else
        {
            _ownership.Track(request.Call, request.Old, request.Object, managedFields);
        }

        return await RunRulesAsync(request)
            ?? await _webhooks.MutateAsync(request, _runRules)
            ?? Validate(request)
            ?? await RunChecksAsync(request)
            ?? await _webhooks.ValidateAsync(request);
    }

    /// <summary>The rules, checks and webhooks alone: there is nothing to fill in or to validate in what goes.</summary>
    public async ValueTask<StatusError?> AdmitDeletionAsync(AdmissionRequest request) =>
        await RunRulesAsync(request)
        ?? await _webhooks.MutateAsync(request, _runRules)
        ?? await RunChecksAsync(request)
        ?? await _webhooks.ValidateAsync(request);

    private async ValueTask<StatusError?> RunRulesAsync(AdmissionRequest request)
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

    private async ValueTask<StatusError?> RunChecksAsync(AdmissionRequest request)
    {
        foreach (var check in _checks)
        {
            if (check.AppliesTo(request.Kind, request.Verb, request.Call.Request.Subresource)
                && await check.CheckAsync(request, request.Call.Cancel) is { } refusal)
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
