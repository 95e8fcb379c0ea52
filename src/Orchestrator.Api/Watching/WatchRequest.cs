using System.Globalization;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;
using Orchestrator.Model.Validation;

namespace Orchestrator.Api.Watching;

/// <summary>The query of a watch.</summary>
/// <param name="Kind">Kind of what is watched.</param>
/// <param name="Selection">What is watched.</param>
/// <param name="Form">Form of the objects in events.</param>
/// <param name="AfterRevision">Revision to go on from; null to begin with the present.</param>
/// <param name="NotOlderThan">Least revision of the state to begin with; null for consistent, 0 for any.</param>
/// <param name="SendsInitialEvents">ADDED for everything that is there first.</param>
/// <param name="MarksInitialEnd">A bookmark after them says that they are all.</param>
/// <param name="Bookmarks">Bookmarks now and then.</param>
/// <param name="TimeoutSeconds">After how long to end it; null to leave that to the server.</param>
internal sealed record WatchRequest(
    ResourceKind Kind,
    Selection Selection,
    ResponseForm Form,
    long? AfterRevision,
    long? NotOlderThan,
    bool SendsInitialEvents,
    bool MarksInitialEnd,
    bool Bookmarks,
    int? TimeoutSeconds)
{
    public static Outcome<WatchRequest> Read(ApiCall call)
    {
        var request = call.Request;
        if (ResponseShape.Of(call.Http.Request) is not { } form)
        {
            return StatusErrors.NotAcceptable(JsonResponse.ContentType);
        }

        var errors = Check(request);
        if (errors.Count > 0)
        {
            return StatusErrors.InvalidOptions("ListOptions", errors);
        }

        var selection = Selection.Read(call);
        var revision = Freshness.Parse(request.QueryValue("resourceVersion"));
        var timeout = Timeout(request.QueryValue("timeoutSeconds"));
        if ((selection.Error ?? revision.Error ?? timeout.Error) is { } wrong)
        {
            return wrong;
        }

        // Without the choice, a watch from no revision in particular begins with what there is, and one from a revision does not.
        var fromPresent = revision.Value is null or 0;
        var bookmarks = request.QueryFlag("allowWatchBookmarks");
        bool? wanted = request.QueryValue("sendInitialEvents").Length > 0 ? request.QueryFlag("sendInitialEvents") : null;
        var sends = wanted ?? fromPresent;
        long? after = sends || fromPresent ? null : revision.Value;
        return new WatchRequest(call.Kind, selection.Value!, form, after, revision.Value, sends, wanted == true && bookmarks, bookmarks, timeout.Value);
    }

    /// <summary>The combinations that Kubernetes refuses (apimachinery <c>validateWatchOptions</c>).</summary>
    private static List<FieldError> Check(RequestInfo request)
    {
        const string Field = "resourceVersionMatch";
        var errors = new List<FieldError>();
        var match = request.QueryValue(Field);
        var choosesInitialEvents = request.QueryValue("sendInitialEvents").Length > 0;
        if (choosesInitialEvents && match != "NotOlderThan")
        {
            errors.Add(FieldError.Forbidden(Field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }

        if (match.Length > 0)
        {
            if (!choosesInitialEvents)
            {
                errors.Add(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }

            if (match != "NotOlderThan")
            {
                errors.Add(FieldError.NotSupported(Field, match, "NotOlderThan"));
            }

            if (request.QueryValue("continue").Length > 0)
            {
                errors.Add(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden when continue is provided"));
            }
        }

        return errors;
    }

    private static Outcome<int?> Timeout(string text) => text switch
    {
        "" => new Outcome<int?>(null, null),
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => new Outcome<int?>(seconds == 0 ? null : seconds, null),
        _ => StatusErrors.BadRequest($"timeoutSeconds: Invalid value: \"{text}\": must be a number"),
    };
}
