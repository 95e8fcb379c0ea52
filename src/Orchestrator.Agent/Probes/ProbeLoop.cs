using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Events;

namespace Orchestrator.Agent.Probes;

/// <summary>What all probes work with.</summary>
public sealed record ProbeLoopParts(ProbeActions Actions, IEventSink Events, TimeProvider Time, ILogger<PodProbes> Logger);

/// <summary>One probe of one running container: tries it again and again, and says what that decides.</summary>
/// <param name="parts">What it works with.</param>
/// <param name="pod">Takes the decisions.</param>
/// <param name="kind">Kind of the probe.</param>
/// <param name="target">The container.</param>
/// <param name="startedAt">When it was started; null for now.</param>
/// <param name="reported">Its status as the API has it; null for none.</param>
internal sealed partial class ProbeLoop(
    ProbeLoopParts parts, ProbedPod pod, ProbeKind kind, ProbeTarget target, DateTimeOffset? startedAt, V1ContainerStatus? reported)
{
    private readonly ILogger _logger = parts.Logger;
    private readonly V1Probe _probe = ProbeKinds.Of(target.Container, kind)!;

    public (string ContainerId, ProbeKind Kind) Key => (target.ContainerId, kind);

    /// <summary>Returns when nothing is left to decide, or when it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        // Whoever calls holds a lock.
        await Task.Yield();
        try
        {
            if (kind == ProbeKind.Startup && reported?.Started == true)
            {
                // It had started before this agent did.
                pod.Decide(Key, outcome: true);
                return;
            }

            TimeSpan wait = (startedAt ?? parts.Time.GetUtcNow()) + TimeSpan.FromSeconds(_probe.InitialDelaySeconds ?? 0) - parts.Time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, parts.Time, cancel);
            }

            await RepeatAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The container has ended, or its pod is to.
        }
        catch (Exception error)
        {
            LogFailed(kind, target.Container.Name, error);
        }
    }

    private async Task RepeatAsync(CancellationToken cancel)
    {
        TimeSpan period = TimeSpan.FromSeconds(Math.Max(1, _probe.PeriodSeconds ?? 10));
        TimeSpan timeout = TimeSpan.FromSeconds(Math.Max(1, _probe.TimeoutSeconds ?? 1));
        var tally = new ProbeTally(null, 0, 0);
        while (!cancel.IsCancellationRequested)
        {
            if (kind == ProbeKind.Startup || HasStarted)
            {
                ProbeResult result = await parts.Actions.TryAsync(_probe, target, timeout, cancel);
                if (!result.Succeeded)
                {
                    parts.Events.Record(target.Pod, EventReasons.Unhealthy, $"{kind} probe failed: {result.Message}", isWarning: true);
                }

                tally = tally.After(result.Succeeded, _probe.SuccessThreshold ?? 1, _probe.FailureThreshold ?? 3);
                if (tally.Outcome is { } outcome)
                {
                    pod.Decide(Key, outcome);
                    if (IsFinal(outcome))
                    {
                        return;
                    }
                }
            }

            await Task.Delay(period, parts.Time, cancel);
        }
    }

    private bool HasStarted => pod.Health.IsStarted(target.Container, target.ContainerId, reported);

    /// <summary>A container is started once, and killed once.</summary>
    private bool IsFinal(bool outcome) => kind switch
    {
        ProbeKind.Startup => true,
        ProbeKind.Liveness => !outcome,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} probe of container {Container} ended by an unexpected error")]
    private partial void LogFailed(ProbeKind kind, string container, Exception error);
}
