using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Tables;
using Orchestrator.Api.Telemetry;
using Orchestrator.Store;

namespace Orchestrator.Api.Watching;

/// <summary>watch: opens the stream, bounds how many there are and how long each lasts, and ends it in the way its client can go on from.</summary>
internal sealed class WatchVerb(
    IObjectStore store,
    Freshness freshness,
    WatchFeed feed,
    TableRows tables,
    OpenWatches open,
    ApiOptions options,
    ApiMetrics metrics,
    TimeProvider clock,
    Random random,
    IHostApplicationLifetime lifetime)
{
    private readonly Lock _randomLock = new();

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var request = WatchRequest.Read(call);
        if (request.Failed)
        {
            return request.Error;
        }

        if (!open.TryOpen(call.User))
        {
            metrics.Rejected("watch");
            return StatusErrors.TooManyRequests;
        }

        metrics.WatchOpened(call.Kind.StorageName);
        try
        {
            return await WatchAsync(call, request.Value);
        }
        finally
        {
            metrics.WatchClosed(call.Kind.StorageName);
            open.Close(call.User);
        }
    }

    private async ValueTask<StatusError?> WatchAsync(ApiCall call, WatchRequest watch)
    {
        if (await EnsureFreshAsync(watch, call.Cancel) is { } stale)
        {
            return stale;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel, lifetime.ApplicationStopping);
        await using var timeout = clock.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), ended, TimeoutOf(watch), Timeout.InfiniteTimeSpan);
        var stream = new WatchStream(call, watch.Form, tables, options.WatchWriteTimeout, clock);
        await BeginAsync(call.Http);
        try
        {
            await feed.RunAsync(watch, stream, call.LeaveSeat, ended.Token, call.Cancel);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (RevisionCompactedException e)
        {
            stream.WriteError(StatusErrors.Expired(e.Message));
            await stream.FlushAsync(call.Cancel);
        }
        catch (TimeoutException)
        {
            // Nothing more can be said to a client that does not read; cut off, it resumes from the last event it has got.
            call.Http.Abort();
        }
        catch (SubscriptionLaggedException)
        {
            // The client read too slowly. What it has got is in order: it resumes from the last event.
        }

        return null;
    }

    private async ValueTask<StatusError?> EnsureFreshAsync(WatchRequest watch, CancellationToken cancel)
    {
        if (watch.NotOlderThan is { } revision)
        {
            return await freshness.WaitForAsync(revision, cancel);
        }

        await store.SyncAsync(cancel);
        return null;
    }

    /// <summary>The headers go out at once: clients wait for them before anything has changed.</summary>
    private static async Task BeginAsync(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.StatusCode = 200;
        context.Response.ContentType = JsonResponse.ContentType;
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>Watches that do not say are spread over time, so that they do not all come back at once.</summary>
    private TimeSpan TimeoutOf(WatchRequest watch)
    {
        if (watch.TimeoutSeconds is { } seconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        lock (_randomLock)
        {
            return options.MinWatchTimeout * (1 + random.NextDouble());
        }
    }
}
