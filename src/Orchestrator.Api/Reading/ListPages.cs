using System.Globalization;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>One page of a list.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, ListMetadata Metadata);

/// <summary>Finds the objects that a list request is answered with: selection, freshness, <c>limit</c> and <c>continue</c>.</summary>
internal sealed class ListPages(IObjectStore store, Freshness freshness, ListSnapshots snapshots, PastLists past)
{
    private const string ExpiredList = "The resourceVersion for the provided list is too old.";

    private const string ExpiredContinue =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
        + "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an "
        + "inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    public async ValueTask<Outcome<ListPage>> ReadAsync(ApiCall call, Selection selection)
    {
        var query = ListQuery.Read(call);
        if (query.Failed)
        {
            return query.Error;
        }

        var list = new ListSnapshots.Selected(
            selection.Resource, selection.Namespace, call.Request.QueryValue("labelSelector"), call.Request.QueryValue("fieldSelector"));
        return query.Value.Continue is { } token
            ? await ReadNextAsync(call, selection, list, token, query.Value.Limit)
            : await ReadFirstAsync(call, selection, list, query.Value);
    }

    private async ValueTask<Outcome<ListPage>> ReadFirstAsync(ApiCall call, Selection selection, ListSnapshots.Selected list, ListQuery query)
    {
        if (query.Match == RevisionMatch.Newest)
        {
            await store.SyncAsync(call.Cancel);
        }
        else if (await freshness.WaitForAsync(query.Revision, call.Cancel) is { } tooLarge)
        {
            return tooLarge;
        }

        var snapshot = query.Match == RevisionMatch.Exact ? await AtAsync(call, selection, list, query.Revision) : selection.Read(store, call.Kind);
        return snapshot is { } found ? Page(selection, list, found, 0, query.Limit) : StatusErrors.Expired(ExpiredList);
    }

    private async ValueTask<Outcome<ListPage>> ReadNextAsync(ApiCall call, Selection selection, ListSnapshots.Selected list, ContinueToken token, int limit)
    {
        if (token.IsInconsistent)
        {
            await store.SyncAsync(call.Cancel);
        }
        else if (await freshness.WaitForAsync(token.Revision, call.Cancel) is { } tooLarge)
        {
            return tooLarge;
        }

        var snapshot = token.IsInconsistent ? selection.Read(store, call.Kind) : await AtAsync(call, selection, list, token.Revision);
        return snapshot is { } found
            ? Page(selection, list, found, FirstAfter(found.Items, token, selection.Resource), limit)
            : StatusErrors.Expired(ExpiredContinue, (token with { Revision = -1 }).Encode());
    }

    /// <summary>The list at exactly that revision: as kept for its pages, or made from the present one and the log.</summary>
    private async ValueTask<ObjectList?> AtAsync(ApiCall call, Selection selection, ListSnapshots.Selected list, long revision)
    {
        if (snapshots.Find(list, revision) is { } kept)
        {
            return kept;
        }

        var scope = store.List(selection.Resource, selection.Namespace.Length == 0 ? null : selection.Namespace);
        var whole = scope.Revision == revision ? scope : await past.AtAsync(selection, scope, revision, call.Cancel);
        return whole is { } then && !selection.IsEverything ? then with { Items = [.. then.Items.Where(selection.Matches)] } : whole;
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
}
