using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Nodes;

/// <summary>
/// Finds out, again and again, what each runtime can do. Each has a loop of its own: one that takes long (a kernel to be fetched, hardware to
/// be tried) keeps neither the node nor the other runtimes from being there.
/// </summary>
public sealed partial class RuntimeProbes(AgentOptions options, RuntimeSet runtimes, TimeProvider time, ILogger<RuntimeProbes> logger) : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        runtimes.OnChanged((runtime, health) => LogHealth(runtime.Identity.Technology, health.Ready ? "is ready" : "is not ready", health.Reason, health.Message));
        return Task.WhenAll(runtimes.All.Select(runtime => Task.Run(() => ProbeAsync(runtime, stoppingToken), stoppingToken)));
    }

    private async Task ProbeAsync(IPodRuntime runtime, CancellationToken stopping)
    {
        LogBegin(runtime.Identity.Technology);
        while (!stopping.IsCancellationRequested)
        {
            var health = await runtimes.ProbeAsync(runtime, stopping);
            // Pods wait for what is not ready; and one runtime's verdict may change what another serves.
            var isSettled = health.Ready && !runtimes.IsUndecided;
            await Task.Delay(isSettled || options.PublicationInterval < Soon ? options.PublicationInterval : Soon, time, stopping);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Finding out what {Technology} can do here")]
    private partial void LogBegin(string technology);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Technology} {State} ({Reason}): {Message}")]
    private partial void LogHealth(string technology, string state, string reason, string message);
}
