using Microsoft.Extensions.Logging;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>
/// Keeps a scheduler going: one session after another, each with an epoch of its own. Every loss (the database, a change feed that was cut,
/// an epoch taken by another activation) is mended the same way, by starting again from what is stored.
/// </summary>
internal sealed class SchedulerLoop(
    IObjectStore store,
    SchedulerOptions options,
    IDecisionSink sink,
    TimeProvider time,
    Random random,
    ILogger logger)
{
    private volatile SchedulerSession? _session;

    /// <summary>What is said of the node for the pod; null where the scheduler knows the one or the other not, or is between sessions.</summary>
    public Task<NodeExplanation?> ExplainNodeAsync(string podUid, string nodeName, CancellationToken cancel) =>
        _session?.ExplainNodeAsync(podUid, nodeName, cancel) ?? Task.FromResult<NodeExplanation?>(null);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        TimeSpan delay = options.FirstRestartDelay;
        while (!cancel.IsCancellationRequested)
        {
            DateTimeOffset started = time.GetUtcNow();
            try
            {
                _session = new SchedulerSession(store, options, sink, time, random, logger);
                await _session.RunAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                SchedulerLog.SessionEnded(logger, e, options.Name);
            }

            // A session that worked for a while was no part of a series of failures.
            delay = time.GetUtcNow() - started > options.LongestRestartDelay ? options.FirstRestartDelay : delay;
            await PauseAsync(delay, cancel);
            delay = delay * 2 < options.LongestRestartDelay ? delay * 2 : options.LongestRestartDelay;
        }
    }

    // Jitter keeps two activations that fence each other from doing so in step.
    private async Task PauseAsync(TimeSpan delay, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(delay * (0.5 + random.NextDouble()), time, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // RunAsync ends.
        }
    }
}
