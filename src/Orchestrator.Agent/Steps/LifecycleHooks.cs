using k8s.Models;
using Orchestrator.Agent.Probes;

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
        ProbeResult result = await ProbeActions.WithinAsync(
            timeout,
            $"it took longer than {timeout.TotalSeconds:0} s",
            limit => hook switch
            {
                { Exec: { } exec } => ProbeActions.ExecAsync(exec.Command, target, timeout, limit),
                { HttpGet: { } get } => http.GetAsync(get, target, limit),
                { Sleep: { } sleep } => SleepAsync(sleep, limit),
                _ => Task.FromResult(ProbeResult.Success),
            },
            cancel);
        return result.Succeeded ? null : result.Message;
    }

    private async Task<ProbeResult> SleepAsync(V1SleepAction sleep, CancellationToken cancel)
    {
        await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, cancel);
        return ProbeResult.Success;
    }
}
