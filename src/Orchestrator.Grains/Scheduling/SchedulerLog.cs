using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Scheduling;

internal static partial class SchedulerLog
{
    [LoggerMessage(1, LogLevel.Information, "Scheduler {Scheduler} started with epoch {Epoch}: {Nodes} nodes, {Pending} pending pods")]
    public static partial void Started(ILogger logger, string scheduler, long epoch, int nodes, int pending);

    [LoggerMessage(2, LogLevel.Warning, "Scheduler {Scheduler} starts again from what is stored")]
    public static partial void SessionEnded(ILogger logger, Exception exception, string scheduler);

    [LoggerMessage(3, LogLevel.Warning, "{Count} explanations could not be saved and are tried again")]
    public static partial void ExplanationsNotSaved(ILogger logger, Exception exception, int count);

    [LoggerMessage(4, LogLevel.Warning, "{Count} events could not be written and are dropped")]
    public static partial void EventsNotWritten(ILogger logger, Exception exception, int count);
}
