using Orchestrator.Api.Reading;
using Orchestrator.Store;

namespace Orchestrator.Api.Watching;

/// <summary>What a watch's stream is fed with: the present state where it is wanted, then every change, and bookmarks in between.</summary>
internal sealed class WatchFeed(IObjectStore store, ApiOptions options, TimeProvider clock)
{
    private const int InitialFlushEvents = 256;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="RevisionCompactedException">The watch cannot be resumed from where it wants.</exception>
    /// <exception cref="SubscriptionLaggedException">The client reads too slowly.</exception>
    public async Task RunAsync(WatchRequest watch, WatchStream stream, CancellationToken cancel)
    {
        var start = watch.AfterRevision ?? await WriteInitialAsync(watch, stream, cancel);
        var ns = watch.Selection.Namespace.Length == 0 ? null : watch.Selection.Namespace;
        using var subscription = store.Subscribe(watch.Selection.Resource, ns, start);
        var tick = watch.Bookmarks ? NextTick(cancel) : null;
        var bookmarked = start;
        while (true)
        {
            var reading = subscription.ReadAsync(cancel).AsTask();
            while (tick is not null && await Task.WhenAny(reading, tick) != reading)
            {
                cancel.ThrowIfCancellationRequested();
                bookmarked = Math.Max(subscription.Revision, bookmarked);
                stream.WriteBookmark(bookmarked, endsInitialEvents: false);
                await stream.FlushAsync(cancel);
                tick = NextTick(cancel);
            }

            if (WriteChanges(stream, await reading, watch.Selection))
            {
                await stream.FlushAsync(cancel);
            }
        }
    }

    private Task NextTick(CancellationToken cancel) => Task.Delay(options.BookmarkInterval, clock, cancel);

    private static bool WriteChanges(WatchStream stream, IReadOnlyList<Change> changes, Selection selection)
    {
        var wrote = false;
        for (var i = 0; i < changes.Count; i++)
        {
            if (WatchFilter.Translate(changes[i], selection) is { } type)
            {
                stream.Write(type, changes[i].Object);
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
