using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Workloads;

/// <summary>Deletes ended pods beyond a number, the oldest first (kube-controller-manager's <c>--terminated-pod-gc-threshold</c>): they are a record, and records have an end.</summary>
internal sealed partial class EndedPods(IObjectStore store, TimeProvider time, ILogger<EndedPods> logger) : BackgroundService
{
    /// <summary>Kubernetes' default.</summary>
    public const int MostKept = 12_500;

    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The deletions of those that are too many, at most one batch.</summary>
    internal static List<Mutation> Surplus(IReadOnlyList<StoredObject> pods, int mostKept, DateTimeOffset now)
    {
        List<StoredObject> ended = [.. pods.Where(p => !p.IsTerminating && p.Fields.GetValueOrDefault("status.phase") is "Succeeded" or "Failed")];
        return ended.Count <= mostKept
            ? []
            :
            [
                .. ended.OrderBy(p => StoredJson.Read(p).Child("metadata").Time("creationTimestamp")).ThenBy(p => p.Key.Name, StringComparer.Ordinal)
                    .Take(Math.Min(BatchSize, ended.Count - mostKept))
                    .Select(p => ObjectDeletion.Delete(p, PodDeletion.Instance, 0, now))
                    .OfType<Mutation>(),
            ];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                List<Mutation> batch = Surplus(store.List(Resources.Pods).Items, MostKept, time.GetUtcNow());
                if (batch.Count > 0)
                {
                    await store.CommitAsync(batch, cancel: stoppingToken);
                }
            }
            catch (StoreUnavailableException e)
            {
                Log.Postponed(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Ended pods are deleted later")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
