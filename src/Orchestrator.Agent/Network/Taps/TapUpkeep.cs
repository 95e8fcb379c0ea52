using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Network.Taps;

/// <summary>Collects taps and addresses of machines that are gone without having been detached: nothing is collected while anything is unknown.</summary>
public sealed partial class TapUpkeep(TapAttachments taps, PodRegistry registry, NodeInventory inventory, TimeProvider time, ILogger<TapUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var latest = inventory.Latest;
            if (!registry.IsSynchronized || latest.Runtimes.IsEmpty || latest.Runtimes.Any(r => !r.IsCurrent))
            {
                continue;
            }

            var live = registry.All.Select(p => p.Metadata.Uid).Concat(latest.Runtimes.SelectMany(r => r.Sandboxes).Select(s => s.PodUid)).ToHashSet(StringComparer.Ordinal);
            try
            {
                await taps.CollectAsync(live, stoppingToken);
            }
            catch (Exception error) when (error is NetworkUnavailableException or IOException)
            {
                LogFailed(error.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Taps that are left over are not collected yet: {Error}")]
    private partial void LogFailed(string error);
}
