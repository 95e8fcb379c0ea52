namespace Orchestrator.Scheduling.Lifetimes;

/// <summary>
/// How long workloads live, learned from those that ended: the rate at which they end, by age. Ages are kept in steps that grow by the square root of
/// two from a minute on, since lifetimes spread over five orders of magnitude. What is expected of a workload is asked anew as it ages: most end soon,
/// but one that has lived for a day will live on for days (Barbalho et al., "Virtual Machine Allocation with Lifetime Predictions", MLSys 2023).
/// </summary>
public sealed class LifetimeDistribution
{
    private const int Steps = 40;
    private const double DaysPerMinute = 1.0 / (24 * 60);

    // Before anything has ended, ages end at a rate that halves with each doubling: no scale is more likely than another.
    private const double PriorEnds = 0.5;

    private readonly double[] _ends = new double[Steps];
    private readonly double[] _daysLived = new double[Steps];

    /// <summary>A workload ended, having lived so long.</summary>
    public void Ended(double lifeDays)
    {
        int last = StepOf(lifeDays);
        for (int step = 0; step <= last; step++)
        {
            _daysLived[step] += Math.Min(BeginOf(step + 1), lifeDays) - BeginOf(step);
        }

        _ends[last]++;
    }

    /// <summary>Days that a workload of the age will live on, on average, of at most the horizon.</summary>
    public double ExpectedRemainingDays(double ageDays, double horizonDays)
    {
        double alive = 1;
        double expected = 0;
        double at = Math.Max(0, ageDays);
        double until = at + horizonDays;
        for (int step = StepOf(at); at < until && alive > 1e-4; step++)
        {
            double rate = RateOf(Math.Min(step, Steps - 1));
            double to = step < Steps - 1 ? Math.Min(BeginOf(step + 1), until) : until;
            double survives = Math.Exp(-rate * (to - at));
            expected += alive * (1 - survives) / rate;
            alive *= survives;
            at = to;
        }

        return expected;
    }

    private static int StepOf(double ageDays)
    {
        double minutes = ageDays / DaysPerMinute;
        return minutes < 1 ? 0 : Math.Clamp((int)(2 * Math.Log2(minutes)) + 1, 1, Steps - 1);
    }

    private static double BeginOf(int step) => step == 0 ? 0 : Math.Pow(2, (step - 1) / 2.0) * DaysPerMinute;

    private double RateOf(int step) => (_ends[step] + PriorEnds) / (_daysLived[step] + (PriorEnds * BeginOf(step + 1) / 2));
}
