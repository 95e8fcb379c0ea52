using k8s.Models;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Steps;

/// <summary>
/// Runs the hooks of containers (<c>lifecycle</c>): after the start and before the stop. A hook runs once for each start or stop that the agent sees
/// through; one that was cut off by the agent's own end is run again before a stop, and not after a start.
/// </summary>
public sealed class LifecycleHooks(HttpAction http, TimeProvider time)
{
    /// <summary>How long a hook after the start may take: the container counts as starting all that time.</summary>
    public static readonly TimeSpan PostStartTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Runs a hook; null where it succeeded, else why not.</summary>
    public async Task<string?> RunAsync(V1LifecycleHandler hook, ProbeTarget target, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            ProbeResult result = hook switch
            {
                { Exec: { } exec } => await ProbeActions.ExecAsync(exec.Command, target, timeout, limit.Token),
                { HttpGet: { } get } => await http.GetAsync(get, target, limit.Token),
                { Sleep: { } sleep } => await SleepAsync(sleep, limit.Token),
                _ => ProbeResult.Success,
            };
            return result.Succeeded ? null : result.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"it took longer than {timeout.TotalSeconds:0} s";
        }
        catch (Exception error) when (error is RuntimeUnavailableException or RuntimeRefusalException or HttpRequestException or IOException)
        {
            return error.Message;
        }
    }

    private async Task<ProbeResult> SleepAsync(V1SleepAction sleep, CancellationToken cancel)
    {
        await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, cancel);
        return ProbeResult.Success;
    }
}
