using System.Globalization;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>One page of a list.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, ListMetadata Metadata);

/// <summary>Finds the objects that a list request is answered with: selection, freshness, <c>limit</c> and <c>continue</c>.</summary>
internal sealed class ListPages(IObjectStore store, Freshness freshness, ListSnapshots snapshots)
{
    public async ValueTask<Outcome<ListPage>> ReadAsync(ApiCall call, Selection selection)
    {
        if (ParseLimit(call) is not { } limit)
        {
            return StatusErrors.BadRequest($"limit: Invalid value: \"{call.Request.QueryValue("limit")}\": must be a non-negative number");
        }

        var list = new ListSnapshots.Selected(
            selection.Resource, selection.Namespace, call.Request.QueryValue("labelSelector"), call.Request.QueryValue("fieldSelector"));
        if (call.Request.QueryValue("continue") is { Length: > 0 } token)
        {
            return ReadNext(call, selection, list, token, limit);
        }

        var fresh = await freshness.EnsureAsync(call);
        if (fresh.Error is not null)
        {
            return fresh.Error;
        }

        var snapshot = selection.Read(store, call.Kind);
        return CheckMatch(call, fresh.Value, snapshot.Revision) is { } mismatch ? mismatch : Page(selection, list, snapshot, 0, limit);
    }

    private Outcome<ListPage> ReadNext(ApiCall call, Selection selection, ListSnapshots.Selected list, string text, int limit)
    {
        if (ContinueToken.Decode(text) is not { } token)
        {
            return StatusErrors.BadRequest("continue key is not valid");
        }

        if (call.Request.QueryValue("resourceVersion") is not ("" or "0"))
        {
            return StatusErrors.BadRequest("specifying resource version is not allowed when using continue");
        }

        var snapshot = token.IsInconsistent ? selection.Read(store, call.Kind) : snapshots.Find(list, token.Revision);
        if (snapshot is not { } found)
        {
            return StatusErrors.Expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
                + "or use the continue token in this response to retrieve the remainder of the results.",
                (token with { Revision = -1 }).Encode());
        }

        return Page(selection, list, found, FirstAfter(found.Items, token, selection.Resource), limit);
    }

    private ListPage Page(Selection selection, ListSnapshots.Selected list, ObjectList snapshot, int start, int limit)
    {
        var revision = snapshot.Revision.ToString(CultureInfo.InvariantCulture);
        var remaining = snapshot.Items.Count - start;
        if (limit == 0 || remaining <= limit)
        {
            return new ListPage(start == 0 ? snapshot.Items : [.. snapshot.Items.Skip(start)], new ListMetadata(revision, null, null));
        }

        snapshots.Keep(list, snapshot);
        var items = snapshot.Items.Skip(start).Take(limit).ToList();
        var last = items[^1].Key;
        // With a selector the number that remains is not promised, as in Kubernetes.
        long? left = selection.IsEverything ? remaining - limit : null;
        return new ListPage(items, new ListMetadata(revision, new ContinueToken(snapshot.Revision, last.Namespace, last.Name).Encode(), left));
    }

    private static int FirstAfter(IReadOnlyList<StoredObject> items, ContinueToken token, string resource)
    {
        var after = token.After(resource);
        int low = 0, high = items.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (KeyOrder.Instance.Compare(items[middle].Key, after) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Exact is served at the present revision only: older states are not kept as lists.</summary>
    private static StatusError? CheckMatch(ApiCall call, long? requested, long actual)
    {
        switch (call.Request.QueryValue("resourceVersionMatch"))
        {
            case "":
                return null;
            case var _ when requested is null:
                return StatusErrors.BadRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
            case "NotOlderThan":
                return null;
            case "Exact" when requested == 0:
                return StatusErrors.BadRequest("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            case "Exact":
                return requested == actual ? null : StatusErrors.Expired($"The resourceVersion for the provided list is too old: {requested} ({actual})");
            default:
                return StatusErrors.BadRequest("resourceVersionMatch: Unsupported value: supported values: \"Exact\", \"NotOlderThan\"");
        }
    }

    private static int? ParseLimit(ApiCall call) => call.Request.QueryValue("limit") switch
    {
        "" => 0,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) => (int)Math.Min(limit, int.MaxValue),
        _ => null,
    };
}
