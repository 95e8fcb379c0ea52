namespace Orchestrator.Agent.Runtimes.Simulated;

/// <summary>How simulated containers behave where their pod does not say otherwise.</summary>
public sealed record SimulatedOptions
{
    /// <summary>Runtime handlers that are served.</summary>
    public IReadOnlyList<string> Handlers { get; init; } = [Model.RuntimeHandlers.Runc];

    /// <summary>Time a container takes to start.</summary>
    public TimeSpan StartDelay { get; init; }

    /// <summary>Time a container takes to stop.</summary>
    public TimeSpan StopDelay { get; init; }

    /// <summary>Part of the starts that fail, 0 to 1.</summary>
    public double FailureShare { get; init; }

    /// <summary>What fails comes from it: the same seed fails the same.</summary>
    public int Seed { get; init; } = 1;
}
