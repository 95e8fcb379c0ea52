using System.Net;
using k8s;
using k8s.Autorest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Pods;

/// <summary>
/// Follows the pods bound to this node: a list, then a watch from where the list ended, resumed where it broke off. Only when the server no longer
/// has that point (410 Gone) is the list taken again.
/// </summary>
public sealed partial class PodFeed(IKubernetes client, AgentOptions options, PodRegistry registry, TimeProvider time, ILogger<PodFeed> logger) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    // A watch is renewed now and then so that a connection that died silently is noticed.
    private const int WatchSeconds = 300;

    private string Selector => $"spec.nodeName={options.NodeName}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? resourceVersion = null;
        var retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                resourceVersion ??= await ListAsync(stoppingToken);
                resourceVersion = await WatchAsync(resourceVersion, stoppingToken);
                retry = FirstRetry;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (IsGone(error))
                {
                    LogRelist(resourceVersion);
                    resourceVersion = null;
                    continue;
                }

                LogBroken(retry.TotalSeconds, error.Message);
                LogCause(error);
                await Task.Delay(retry, time, stoppingToken);
                retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
            }
        }
    }

    private async Task<string> ListAsync(CancellationToken cancel)
    {
        var pods = await client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: Selector, cancellationToken: cancel);
        registry.Replace(pods.Items);
        return pods.Metadata.ResourceVersion;
    }

    private async Task<string> WatchAsync(string resourceVersion, CancellationToken cancel)
    {
        var events = client.CoreV1.WatchListPodForAllNamespacesAsync(
            allowWatchBookmarks: true, fieldSelector: Selector, resourceVersion: resourceVersion, timeoutSeconds: WatchSeconds, onError: Rethrow, cancellationToken: cancel);
        await foreach (var (type, pod) in events)
        {
            switch (type)
            {
                case WatchEventType.Added or WatchEventType.Modified:
                    registry.Set(pod);
                    break;
                case WatchEventType.Deleted:
                    registry.Remove(pod);
                    break;
                case WatchEventType.Error:
                    // Which error it was is not told: taking the list again is right for all of them.
                    throw new WatchExpiredException();
            }

            resourceVersion = pod.Metadata.ResourceVersion;
        }

        return resourceVersion;
    }

    private static void Rethrow(Exception error) => throw error;

    private static bool IsGone(Exception error) => error switch
    {
        WatchExpiredException => true,
        HttpOperationException http => http.Response.StatusCode == HttpStatusCode.Gone,
        KubernetesException kubernetes => kubernetes.Status.Code == (int)HttpStatusCode.Gone,
        _ => false,
    };

    private sealed class WatchExpiredException : Exception;

    [LoggerMessage(Level = LogLevel.Information, Message = "The watch of pods cannot be resumed from {ResourceVersion}: listing again")]
    private partial void LogRelist(string? resourceVersion);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch of pods broke; trying again in {RetrySeconds} s: {Error}")]
    private partial void LogBroken(double retrySeconds, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Why the watch of pods broke")]
    private partial void LogCause(Exception error);
}
