namespace Orchestrator.Load.Scenarios;

/// <summary>
/// When operations of an open loop are due: a rate, which may go up or down evenly to another, evenly spaced or by chance (Poisson), with bursts on top; or
/// the times of a trace.
/// </summary>
/// <param name="Rate">Operations per second at the beginning.</param>
/// <param name="EndRate">At the end of the round.</param>
/// <param name="IsPoisson">Whether operations come by chance rather than evenly.</param>
/// <param name="BurstSize">Operations that come at once, besides.</param>
/// <param name="BurstEvery">Time between two bursts.</param>
internal sealed record ArrivalProcess(double Rate, double EndRate, bool IsPoisson, int BurstSize, TimeSpan BurstEvery)
{
    /// <summary>Most operations of a round.</summary>
    public const int MostOperations = 5_000_000;

    /// <summary>The trace whose times and workloads are used; empty for none.</summary>
    public string Trace { get; init; } = "";

    /// <summary>How many times as fast as it was recorded the trace is played.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Seconds from the beginning at which operations are due, in order.</summary>
    public IReadOnlyList<double> DueSeconds(TimeSpan duration, Random random)
    {
        var due = new List<double>();
        var seconds = duration.TotalSeconds;

        // The number of arrivals up to time t is the integral of the rate; each whole number (or exponential step) of it is an arrival.
        var counted = IsPoisson ? Step(random) : 0;
        for (var at = TimeOf(counted, seconds); at < seconds && due.Count < MostOperations; at = TimeOf(counted, seconds))
        {
            due.Add(at);
            counted += IsPoisson ? Step(random) : 1;
        }

        if (BurstSize > 0)
        {
            for (var at = BurstEvery.TotalSeconds; at < seconds && due.Count < MostOperations; at += BurstEvery.TotalSeconds)
            {
                due.AddRange(Enumerable.Repeat(at, BurstSize));
            }

            due.Sort();
        }

        return due;
    }

    private static double Step(Random random) => -Math.Log(1 - random.NextDouble());

    // Solves rate * t + (end - rate) / (2 * seconds) * t^2 = count.
    private double TimeOf(double count, double seconds)
    {
        var slope = (EndRate - Rate) / seconds;
        if (Math.Abs(slope) < 1e-12)
        {
            return Rate > 0 ? count / Rate : double.PositiveInfinity;
        }

        var root = (Rate * Rate) + (2 * slope * count);
        return root < 0 ? double.PositiveInfinity : (Math.Sqrt(root) - Rate) / slope;
    }
}
