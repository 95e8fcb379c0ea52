using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Writing;

/// <summary><c>meta/v1 DeleteOptions</c>, from the body where there is one, else from the query.</summary>
/// <param name="GracePeriodSeconds">Null where it is left to the object.</param>
/// <param name="Uid">Precondition; null for none.</param>
/// <param name="ResourceVersion">Precondition; null for none.</param>
/// <param name="PropagationPolicy">Background, Foreground or Orphan; empty for the default, which is Background.</param>
/// <param name="DryRun">Nothing is deleted.</param>
internal sealed record DeleteOptions(long? GracePeriodSeconds, string? Uid, string? ResourceVersion, string PropagationPolicy, bool DryRun)
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

    private static Outcome<DeleteOptions> FromBody(JsonObject body)
    {
        if (body.Text("kind") is { } kind and not "DeleteOptions")
        {
            return StatusErrors.BadRequest($"the kind in the data ({kind}) does not match the expected kind (DeleteOptions)");
        }

        var preconditions = body.Child("preconditions");
        var dryRun = WriteOptions.IsDryRun([.. body.Texts("dryRun")]);
        return dryRun.Error is not null
            ? dryRun.Error
            : Checked(new DeleteOptions(
                body.Integer("gracePeriodSeconds"),
                preconditions.Text("uid"),
                preconditions.Text("resourceVersion"),
                body.Text("propagationPolicy") ?? (body.Flag("orphanDependents") == true ? "Orphan" : ""),
                dryRun.Value));
    }

    private static Outcome<DeleteOptions> FromQuery(ApiCall call)
    {
        var request = call.Request;
        var dryRun = WriteOptions.DryRun(call);
        if (dryRun.Error is not null)
        {
            return dryRun.Error;
        }

        long? grace = null;
        if (request.QueryValue("gracePeriodSeconds") is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            {
                return StatusErrors.BadRequest($"gracePeriodSeconds: Invalid value: \"{text}\": must be a number");
            }

            grace = seconds;
        }

        return Checked(new DeleteOptions(grace, null, null, request.QueryValue("propagationPolicy"), dryRun.Value));
    }

    private static Outcome<DeleteOptions> Checked(DeleteOptions options) =>
        options.PropagationPolicy is "" or "Background" or "Foreground" or "Orphan"
            ? options
            : StatusErrors.BadRequest("propagationPolicy: Unsupported value: supported values: \"Background\", \"Foreground\", \"Orphan\"");
}
