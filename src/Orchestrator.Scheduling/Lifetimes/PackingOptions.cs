namespace Orchestrator.Scheduling.Lifetimes;

/// <param name="HostCpu">CPU of every host.</param>
/// <param name="HostMemory">Memory of every host.</param>
public sealed record PackingOptions(long HostCpu, long HostMemory)
{
    /// <summary>
    /// How much an expected load of a whole host over the whole horizon counts against the tightness of the fit, which is between 0 and 1. 0 is plain
    /// best fit.
    /// </summary>
    public double LifetimeWeight { get; init; }

    /// <summary>How far ahead is looked.</summary>
    public double HorizonDays { get; init; } = 14;

    /// <summary>Most machines that are moved to empty one host: beyond that a host is not nearly empty.</summary>
    public int MostMovesPerHost { get; init; } = 8;

    /// <summary>Expectations are this old at most: machines that age are expected to live longer.</summary>
    public double RefreshDays { get; init; } = 0.02;
}
