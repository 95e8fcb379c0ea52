using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Feeds;

/// <summary>How objects of one kind are had from the API.</summary>
/// <param name="Kind">What they are called in messages.</param>
/// <param name="ListAsync">All of them, and the resource version of the list.</param>
/// <param name="Watch">What changed since a resource version, for a number of seconds, with bookmarks.</param>
public sealed record ObjectSource<T>(
    string Kind,
    Func<CancellationToken, Task<(IEnumerable<T> Items, string ResourceVersion)>> ListAsync,
    Func<string, int, CancellationToken, IAsyncEnumerable<(WatchEventType Type, T Item)>> Watch)
    where T : IKubernetesObject<V1ObjectMeta>;

/// <summary>
/// Follows objects of one kind: a list, then a watch from where the list ended, resumed where it broke off. Only when the server no longer has that
/// point (410 Gone) is the list taken again.
/// </summary>
public sealed partial class ObjectFeed<T>(ObjectSource<T> source, IObjectSink<T> sink, TimeProvider time, ILogger logger)
    where T : IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    // A watch is renewed now and then so that a connection that died silently is noticed.
    private const int WatchSeconds = 300;

    /// <summary>Runs until cancelled; a broken connection is made again, ever later.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        string? resourceVersion = null;
        var retry = FirstRetry;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                resourceVersion ??= await ListAsync(stopping);
                resourceVersion = await WatchAsync(resourceVersion, stopping);
                retry = FirstRetry;
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                if (IsGone(error))
                {
                    LogRelist(source.Kind, resourceVersion);
                    resourceVersion = null;
                    continue;
                }

                LogBroken(source.Kind, retry.TotalSeconds, error.Message);
                LogCause(error);
                await Task.Delay(retry, time, stopping);
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken cancel)
    {
        var (items, resourceVersion) = await source.ListAsync(cancel);
        sink.Replace(items);
        return resourceVersion;
    }

    private async Task<string> WatchAsync(string resourceVersion, CancellationToken cancel)
    {
        await foreach (var (type, item) in source.Watch(resourceVersion, WatchSeconds, cancel))
        {
            switch (type)
            {
                case WatchEventType.Added or WatchEventType.Modified:
                    sink.Set(item);
                    break;
                case WatchEventType.Deleted:
                    sink.Remove(item);
                    break;
                case WatchEventType.Error:
                    // Which error it was is not told: taking the list again is right for all of them.
                    throw new WatchExpiredException();
            }

            resourceVersion = item.Metadata.ResourceVersion;
        }

        return resourceVersion;
    }

    private static bool IsGone(Exception error) => error switch
    {
        WatchExpiredException => true,
        HttpOperationException http => http.Response.StatusCode == HttpStatusCode.Gone,
        KubernetesException kubernetes => kubernetes.Status.Code == (int)HttpStatusCode.Gone,
        _ => false,
    };

    private sealed class WatchExpiredException : Exception;

    [LoggerMessage(Level = LogLevel.Information, Message = "The watch of {Kind} cannot be resumed from {ResourceVersion}: listing again")]
    private partial void LogRelist(string kind, string? resourceVersion);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch of {Kind} broke; trying again in {RetrySeconds} s: {Error}")]
    private partial void LogBroken(string kind, double retrySeconds, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Why the watch broke")]
    private partial void LogCause(Exception error);
}
