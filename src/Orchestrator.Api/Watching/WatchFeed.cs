using Orchestrator.Api.Reading;
using Orchestrator.Store;

namespace Orchestrator.Api.Watching;

/// <summary>What a watch's stream is fed with: the present state where it is wanted, then every change, and bookmarks in between.</summary>
internal sealed class WatchFeed(IObjectStore store, ApiOptions options, TimeProvider clock)
{
    private const int InitialFlushEvents = 256;

    /// <summary>Runs until its time is over, and then ends with a bookmark where the watch has them.</summary>
    /// <param name="watch">What is watched.</param>
    /// <param name="stream">Where events go.</param>
    /// <param name="beginning">Called when the present state has been sent.</param>
    /// <param name="end">Its time is over.</param>
    /// <param name="gone">The client has gone.</param>
    /// <exception cref="RevisionCompactedException">The watch cannot be resumed from where it wants.</exception>
    /// <exception cref="SubscriptionLaggedException">The client reads too slowly.</exception>
    public async Task RunAsync(WatchRequest watch, WatchStream stream, Action beginning, CancellationToken end, CancellationToken gone)
    {
        var start = watch.AfterRevision ?? await WriteInitialAsync(watch, stream, gone);
        beginning();
        var ns = watch.Selection.Namespace.Length == 0 ? null : watch.Selection.Namespace;
        using var subscription = store.Subscribe(watch.Selection.Resource, ns, start);
        while (!end.IsCancellationRequested)
        {
            await FollowAsync(watch, subscription, stream, end, gone);
            if (watch.Bookmarks)
            {
                // Nothing is being read now, so all up to here has been written.
                stream.WriteBookmark(Math.Max(subscription.Revision, start), endsInitialEvents: false);
                await stream.FlushAsync(gone);
            }
        }
    }

    /// <summary>Writes changes as they come, until the next bookmark is due or the watch ends.</summary>
    private async Task FollowAsync(WatchRequest watch, IChangeSubscription subscription, WatchStream stream, CancellationToken end, CancellationToken gone)
    {
        using var due = new CancellationTokenSource(watch.Bookmarks ? options.BookmarkInterval : Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, end);
        try
        {
            while (true)
            {
                if (WriteChanges(stream, await subscription.ReadAsync(either.Token), watch.Selection))
                {
                    await stream.FlushAsync(gone);
                }
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            // A cancelled read has taken nothing.
        }
    }

    private static bool WriteChanges(WatchStream stream, IReadOnlyList<Change> changes, Selection selection)
    {
        var wrote = false;
        for (var i = 0; i < changes.Count; i++)
        {
            if (WatchFilter.Translate(changes[i], selection) is { } type)
            {
                stream.Write(type, WatchFilter.Shown(changes[i], type));
                wrote = true;
            }
        }

        return wrote;
    }

    /// <summary>Writes the present state where it is wanted; returns the revision it is of.</summary>
    private async ValueTask<long> WriteInitialAsync(WatchRequest watch, WatchStream stream, CancellationToken cancel)
    {
        if (!watch.SendsInitialEvents)
        {
            return store.Revision;
        }

        var present = watch.Selection.Read(store, watch.Kind);
        for (var i = 0; i < present.Items.Count; i++)
        {
            stream.Write(WatchEventType.Added, present.Items[i]);
            if (i % InitialFlushEvents == InitialFlushEvents - 1)
            {
                await stream.FlushAsync(cancel);
            }
        }

        if (watch.MarksInitialEnd)
        {
            stream.WriteBookmark(present.Revision, endsInitialEvents: true);
        }

        await stream.FlushAsync(cancel);
        return present.Revision;
    }
}
