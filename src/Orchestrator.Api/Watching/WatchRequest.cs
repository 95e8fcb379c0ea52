using System.Globalization;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

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

        var selection = Selection.Read(call);
        var revision = Freshness.Parse(request.QueryValue("resourceVersion"));
        if (selection.Failed || revision.Error is not null)
        {
            return selection.Error ?? revision.Error!;
        }

        int? timeout = null;
        if (request.QueryValue("timeoutSeconds") is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return StatusErrors.BadRequest($"timeoutSeconds: Invalid value: \"{text}\": must be a number");
            }

            timeout = seconds == 0 ? null : seconds;
        }

        var bookmarks = request.QueryFlag("allowWatchBookmarks");
        var fromPresent = revision.Value is null or 0;
        var marksEnd = false;
        if (request.QueryValue("sendInitialEvents") is { Length: > 0 } wanted)
        {
            if (request.QueryValue("resourceVersionMatch") != "NotOlderThan")
            {
                return StatusErrors.BadRequest("resourceVersionMatch: Forbidden: sendInitialEvents requires resourceVersionMatch=NotOlderThan");
            }

            var sends = wanted is "true" or "1";
            marksEnd = sends && bookmarks;
            long? after = sends || fromPresent ? null : revision.Value;
            return new WatchRequest(call.Kind, selection.Value, form, after, revision.Value, sends, marksEnd, bookmarks, timeout);
        }

        return new WatchRequest(
            call.Kind, selection.Value, form, fromPresent ? null : revision.Value, revision.Value, fromPresent, marksEnd, bookmarks, timeout);
    }
}
