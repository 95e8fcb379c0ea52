using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Writing;

/// <summary><c>meta/v1 DeleteOptions</c>, from the body where there is one, else from the query.</summary>
/// <param name="GracePeriodSeconds">Null where it is left to the object.</param>
/// <param name="Uid">Precondition; null for none.</param>
/// <param name="ResourceVersion">Precondition; null for none.</param>
/// <param name="Propagation">What becomes of dependents.</param>
/// <param name="DryRun">Nothing is deleted.</param>
internal sealed record DeleteOptions(long? GracePeriodSeconds, string? Uid, string? ResourceVersion, Propagation Propagation, bool DryRun)
{
    public static async ValueTask<Outcome<DeleteOptions>> ReadAsync(ApiCall call, ObjectDecoder decoder)
    {
        var body = await decoder.ReadTreeAsync(call, dropNulls: true);
        if (body.Failed)
        {
            return body.Error;
        }

        return body.Value.Root switch
        {
            null => FromQuery(call),
            JsonObject { Count: 0 } => FromQuery(call),
            JsonObject options => FromBody(options),
            _ => StatusErrors.BadRequest("the body of a deletion must be DeleteOptions"),
        };
    }

    /// <summary>Reads a <c>DeleteOptions</c> object.</summary>
    public static Outcome<DeleteOptions> FromBody(JsonObject body)
    {
        if (body.Text("kind") is { } kind and not "DeleteOptions")
        {
            return StatusErrors.BadRequest($"the kind in the data ({kind}) does not match the expected kind (DeleteOptions)");
        }

        foreach (var (field, type) in (ReadOnlySpan<(string, string)>)[("gracePeriodSeconds", "integer"), ("propagationPolicy", "string"), ("orphanDependents", "boolean")])
        {
            if (body[field] is not null && !HasType(body, field, type))
            {
                return StatusErrors.BadRequest($"{field}: Invalid value: must be a {type}");
            }
        }

        var preconditions = body.Child("preconditions");
        return Checked(
            body.Integer("gracePeriodSeconds"),
            preconditions.Text("uid"),
            preconditions.Text("resourceVersion"),
            body.Text("propagationPolicy"),
            body.Flag("orphanDependents"),
            [.. body.Texts("dryRun")]);
    }

    private static bool HasType(JsonObject body, string field, string type) => type switch
    {
        "integer" => body.Integer(field) is not null,
        "boolean" => body.Flag(field) is not null,
        _ => body.Text(field) is not null,
    };

    private static Outcome<DeleteOptions> FromQuery(ApiCall call)
    {
        var request = call.Request;
        long? grace = null;
        if (request.QueryValue("gracePeriodSeconds") is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            {
                return StatusErrors.BadRequest($"gracePeriodSeconds: Invalid value: \"{text}\": must be a number");
            }

            grace = seconds;
        }

        bool? orphan = request.QueryValue("orphanDependents").Length > 0 ? request.QueryFlag("orphanDependents") : null;
        var policy = request.QueryValue("propagationPolicy");
        return Checked(grace, null, null, policy.Length == 0 ? null : policy, orphan, [.. request.Query["dryRun"].OfType<string>()]);
    }

    /// <summary>The older <c>orphanDependents</c> says the same as two of the policies; both at once are refused.</summary>
    private static Outcome<DeleteOptions> Checked(
        long? grace, string? uid, string? resourceVersion, string? policy, bool? orphanDependents, IReadOnlyList<string> dryRun)
    {
        var errors = new List<FieldError>();
        if (policy is not null && orphanDependents is not null)
        {
            errors.Add(FieldError.Invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
        }

        if (policy is not (null or "Background" or "Foreground" or "Orphan"))
        {
            errors.Add(FieldError.NotSupported("propagationPolicy", policy, "Foreground", "Background", "Orphan", "nil"));
        }

        var isDryRun = WriteOptions.IsDryRun(dryRun);
        if (isDryRun.Error is not null)
        {
            errors.Add(FieldError.NotSupported("dryRun", dryRun[0], "All"));
        }

        if (errors.Count > 0)
        {
            return StatusErrors.InvalidOptions("DeleteOptions", errors);
        }

        var propagation = (policy, orphanDependents) switch
        {
            ("Background", _) or (_, false) => Propagation.Background,
            ("Foreground", _) => Propagation.Foreground,
            ("Orphan", _) or (_, true) => Propagation.Orphan,
            _ => Propagation.Unsaid,
        };
        return new DeleteOptions(grace, uid, resourceVersion, propagation, isDryRun.Value);
    }
}
