using System.Collections.Concurrent;
using Orchestrator.Model;

namespace Orchestrator.Agent.Runtimes;

/// <summary>The node's runtimes, and which of them serves which handler now.</summary>
public sealed class RuntimeSet(IReadOnlyList<IPodRuntime> runtimes)
{
    private readonly ConcurrentDictionary<IPodRuntime, RuntimeHealth> _health = new();

    public IReadOnlyList<IPodRuntime> All => runtimes;

    public RuntimeHealth? HealthOf(IPodRuntime runtime) => _health.GetValueOrDefault(runtime);

    public async Task<RuntimeHealth> ProbeAsync(IPodRuntime runtime, CancellationToken cancel)
    {
        RuntimeHealth health;
        try
        {
            health = await runtime.ProbeAsync(cancel);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            health = new RuntimeHealth(false, "ProbeFailed", error.Message, "", [], []);
        }

        _health[runtime] = health;
        return health;
    }

    /// <summary>The runtime that serves a handler; null if none does now.</summary>
    public IPodRuntime? Serving(string handler) => runtimes.FirstOrDefault(r => HealthOf(r)?.Handlers.Contains(handler, StringComparer.Ordinal) == true);

    /// <summary>Handler that a RuntimeClass's <c>handler</c> (or its absence) means.</summary>
    public static string HandlerOrDefault(string? handler) => string.IsNullOrEmpty(handler) ? RuntimeHandlers.Runc : handler;
}
