using System.Collections.Concurrent;
using Orchestrator.Model;

namespace Orchestrator.Agent.Runtimes;

/// <summary>The node's runtimes, and which of them serves which handler now.</summary>
public sealed class RuntimeSet(IReadOnlyList<IPodRuntime> runtimes)
{
    private static readonly RuntimeHealth NotYetKnown = new(false, RuntimeHealth.Probing, "the agent is finding out what it can do", "", [], []);
    private readonly ConcurrentDictionary<IPodRuntime, RuntimeHealth> _health = new();
    private readonly Lock _gate = new();
    private volatile Action<IPodRuntime, RuntimeHealth> _changed = static (_, _) => { };

    public IReadOnlyList<IPodRuntime> All => runtimes;

    /// <summary>What was found last; before the first probe is through: not ready, reason <see cref="RuntimeHealth.Probing"/>.</summary>
    public RuntimeHealth HealthOf(IPodRuntime runtime) => _health.GetValueOrDefault(runtime, NotYetKnown);

    /// <summary>Whether a runtime is still being tried.</summary>
    public bool IsUndecided => runtimes.Any(r => HealthOf(r).Reason == RuntimeHealth.Probing);

    /// <summary>Has changes of health told. The handler must be quick.</summary>
    public void OnChanged(Action<IPodRuntime, RuntimeHealth> handler)
    {
        lock (_gate)
        {
            _changed += handler;
        }
    }

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

        var before = HealthOf(runtime);
        _health[runtime] = health;
        if (!health.LooksLike(before))
        {
            _changed(runtime, health);
        }

        return health;
    }

    /// <summary>The runtime that serves a handler; null if none does now.</summary>
    public IPodRuntime? Serving(string handler) => runtimes.FirstOrDefault(r => HealthOf(r).Handlers.Contains(handler, StringComparer.Ordinal));

    /// <summary>Handler that a RuntimeClass's <c>handler</c> (or its absence) means.</summary>
    public static string HandlerOrDefault(string? handler) => string.IsNullOrEmpty(handler) ? RuntimeHandlers.Runc : handler;
}
