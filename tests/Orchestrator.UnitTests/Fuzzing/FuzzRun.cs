using System.Globalization;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>
/// Feeds mutated inputs to a target until a number of them or a time is reached. An input that fails, or takes longer than the limit, is saved, and the
/// failure names the file and the seed that leads to it.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, int seed, TimeProvider clock)
{
    private static readonly TimeSpan InputLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(seed);
    private byte[] _current = [];
    private long _started;

    /// <param name="iterations">Inputs to try at most.</param>
    /// <param name="duration">How long at most.</param>
    /// <returns>The inputs tried.</returns>
    /// <exception cref="InvalidOperationException">The target failed.</exception>
    public long Run(long iterations, TimeSpan duration)
    {
        var begin = clock.GetTimestamp();
        Volatile.Write(ref _started, begin);
        using var watch = clock.CreateTimer(_ => EndIfHung(), null, HangLimit, HangLimit);
        long tried = 0;
        while (tried < iterations && clock.GetElapsedTime(begin) < duration)
        {
            _current = target.Mutate(_random, Pick(), Pick());
            Try(tried++);
        }

        return tried;
    }

    private byte[] Pick() => target.Seeds[_random.Next(target.Seeds.Count)];

    private void Try(long number)
    {
        Volatile.Write(ref _started, clock.GetTimestamp());
        try
        {
            target.Run(_current);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{target.Name}: input {number} of seed {seed} failed, saved in {Save()}: {e}", e);
        }

        var took = clock.GetElapsedTime(Volatile.Read(ref _started));
        if (took > InputLimit)
        {
            throw new InvalidOperationException($"{target.Name}: input {number} of seed {seed} took {took}, saved in {Save()}");
        }
    }

    /// <summary>What never comes back cannot be thrown at: the process ends, after the input is saved.</summary>
    private void EndIfHung()
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _started)) > HangLimit)
        {
            Environment.FailFast($"{target.Name}: an input of seed {seed} hangs, saved in {Save()}");
        }
    }

    private string Save()
    {
        var directory = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "orchestrator-fuzz"));
        var path = Path.Combine(directory.FullName, string.Create(CultureInfo.InvariantCulture, $"{target.Name}-{seed}"));
        File.WriteAllBytes(path, _current);
        return path;
    }
}
