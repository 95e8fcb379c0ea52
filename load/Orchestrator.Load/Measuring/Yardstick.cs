using System.Diagnostics;

namespace Orchestrator.Load.Measuring;

/// <summary>
/// A fixed piece of work whose time says how fast the machine is just now: neighbours, heat and virtualisation change it by tens of percent. Runs that are
/// compared divide by it. It does what the scheduler does: dependent reads all over some megabytes, and arithmetic.
/// </summary>
internal static class Yardstick
{
    private const int Entries = 1 << 20;
    private const int Steps = 1 << 17;
    private const int Tries = 3;
    private static readonly int[] Next = Walk();

    /// <summary>Nanoseconds of one step: the median of a few tries.</summary>
    public static double Measure()
    {
        var tries = new double[Tries];
        for (var i = 0; i < Tries; i++)
        {
            var before = Stopwatch.GetTimestamp();
            var sum = 0L;
            var at = i;
            for (var step = 0; step < Steps; step++)
            {
                at = Next[at];
                sum = (sum * 31) + at;
            }

            tries[i] = Stopwatch.GetElapsedTime(before).TotalNanoseconds / Steps;
            GC.KeepAlive(sum);
        }

        Array.Sort(tries);
        return tries[Tries / 2];
    }

    // One cycle through all entries (Sattolo), so that no step can be guessed.
    private static int[] Walk()
    {
        var random = new Random(1);
        int[] walk = [.. Enumerable.Range(0, Entries)];
        for (var i = Entries - 1; i > 0; i--)
        {
            var j = random.Next(i);
            (walk[i], walk[j]) = (walk[j], walk[i]);
        }

        return walk;
    }
}
