using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Hosting;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Sees to it that the scheduler is active somewhere: when the server that had it is gone, the next call activates it on another.</summary>
internal sealed partial class SchedulerKeeper(IGrainFactory grains, GrainOptions options, TimeProvider time, ILogger<SchedulerKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<ISchedulerGrain>(options.Scheduler.Name).KeepAliveAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.NotReached(logger, e, options.Scheduler.Name);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Scheduler {Scheduler} could not be reached; trying again")]
        public static partial void NotReached(ILogger logger, Exception exception, string scheduler);
    }
}
