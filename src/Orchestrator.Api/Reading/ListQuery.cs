using System.Globalization;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Reading;

/// <summary>How the revision of a list is to relate to the one named.</summary>
internal enum RevisionMatch
{
    /// <summary>The newest there is, at the time of the request.</summary>
    Newest,

    /// <summary>That one or a newer; 0 is whatever is at hand.</summary>
    NotOlderThan,

    /// <summary>That one and no other.</summary>
    Exact,
}

/// <summary>Which state, and how much of it, a list wants: <c>resourceVersion</c>, <c>resourceVersionMatch</c>, <c>limit</c>, <c>continue</c>.</summary>
/// <param name="Revision">Meaning by <paramref name="Match"/>.</param>
/// <param name="Match">How exact.</param>
/// <param name="Limit">Objects in a page; 0 for all.</param>
/// <param name="Continue">Where the page begins; null for the first.</param>
internal sealed record ListQuery(long Revision, RevisionMatch Match, int Limit, ContinueToken? Continue)
{
    private static readonly ListQuery Everything = new(0, RevisionMatch.Newest, 0, null);

    /// <summary>Reads the query and refuses the combinations that Kubernetes does (apimachinery <c>ValidateListOptions</c>).</summary>
    public static Outcome<ListQuery> Read(ApiCall call)
    {
        if (!call.Http.Request.QueryString.HasValue)
        {
            return Everything;
        }

        var request = call.Request;
        if (!TryLimit(request.QueryValue("limit"), out var limit))
        {
            return StatusErrors.BadRequest($"limit: Invalid value: \"{request.QueryValue("limit")}\": must be a number");
        }

        var revision = Freshness.Parse(request.QueryValue("resourceVersion"));
        var errors = Check(request);
        if (errors.Count > 0)
        {
            return StatusErrors.InvalidOptions("ListOptions", errors);
        }

        if (revision.Error is not null)
        {
            return revision.Error;
        }

        return request.QueryValue("continue") is { Length: > 0 } text ? Next(text, revision.Value, limit) : First(request, revision.Value, limit);
    }

    private static List<FieldError> Check(RequestInfo request)
    {
        const string Field = "resourceVersionMatch";
        var errors = new List<FieldError>();
        var (match, version) = (request.QueryValue(Field), request.QueryValue("resourceVersion"));
        if (match.Length > 0)
        {
            if (version.Length == 0)
            {
                errors.Add(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }

            if (request.QueryValue("continue").Length > 0)
            {
                errors.Add(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden when continue is provided"));
            }

            if (match is not ("Exact" or "NotOlderThan"))
            {
                errors.Add(FieldError.NotSupported(Field, match, "Exact", "NotOlderThan", ""));
            }

            if (match == "Exact" && version == "0")
            {
                errors.Add(FieldError.Forbidden(Field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }

        if (request.QueryValue("sendInitialEvents").Length > 0)
        {
            errors.Add(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }

        return errors;
    }

    private static Outcome<ListQuery> Next(string text, long? revision, int limit)
    {
        if (revision is not (null or 0))
        {
            return StatusErrors.BadRequest("specifying resource version is not allowed when using continue");
        }

        return ContinueToken.Decode(text) is { } token
            ? new ListQuery(0, RevisionMatch.Newest, limit, token)
            : StatusErrors.BadRequest("invalid continue token: continue key is not valid: it is not one that this server has given");
    }

    /// <summary>A limited list of a named revision has always meant exactly that one, so that its pages fit each other.</summary>
    private static ListQuery First(RequestInfo request, long? revision, int limit)
    {
        var match = (request.QueryValue("resourceVersionMatch"), revision) switch
        {
            (_, null) => RevisionMatch.Newest,
            ("Exact", _) => RevisionMatch.Exact,
            ("", > 0) when limit > 0 => RevisionMatch.Exact,
            _ => RevisionMatch.NotOlderThan,
        };
        return new ListQuery(revision ?? 0, match, limit, null);
    }

    /// <summary>A negative limit is none, as in Kubernetes.</summary>
    private static bool TryLimit(string text, out int limit)
    {
        limit = 0;
        if (text.Length == 0)
        {
            return true;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given))
        {
            return false;
        }

        limit = (int)Math.Clamp(given, 0, int.MaxValue);
        return true;
    }
}
