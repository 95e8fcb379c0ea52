using System.Globalization;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>
/// Feeds mutated inputs to a target until a number of them or a time is reached. An input that fails, or takes more
/// processor time than the limit, is saved, and the failure names the file and the seed that leads to it.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target, int seed, TimeProvider clock)
{
    private static readonly TimeSpan InputLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    private readonly Random _random = new(seed);
    private byte[] _current = [];
    private long _tried;
    private (long Input, TimeSpan Used) _watched = (-1, default);

    /// <param name="iterations">Inputs to try at most.</param>
    /// <param name="duration">How long at most.</param>
    /// <returns>The inputs tried.</returns>
    /// <exception cref="InvalidOperationException">The target failed.</exception>
    public long Run(long iterations, TimeSpan duration)
    {
        var begin = clock.GetTimestamp();
        var thread = new ThreadClock();
        using var watch = clock.CreateTimer(_ => EndIfHung(thread), null, HangLimit, HangLimit);
        while (_tried < iterations && clock.GetElapsedTime(begin) < duration)
        {
            _current = target.Mutate(_random, Pick(), Pick());
            Try(thread);
            Volatile.Write(ref _tried, _tried + 1);
        }

        return _tried;
    }

    private byte[] Pick() => target.Seeds[_random.Next(target.Seeds.Count)];

    private void Try(ThreadClock thread)
    {
        var started = clock.GetTimestamp();
        Run();
        if (clock.GetElapsedTime(started) > InputLimit)
        {
            // It may have been the machine: once more, by what the thread itself uses.
            var before = thread.Used();
            Run();
            if (thread.Used() - before is var used && used > InputLimit)
            {
                throw new InvalidOperationException($"{target.Name}: input {_tried} of seed {seed} took {used}, saved in {Save()}");
            }
        }
    }

    private void Run()
    {
        try
        {
            target.Run(_current);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{target.Name}: input {_tried} of seed {seed} failed, saved in {Save()}: {e}", e);
        }
    }

    /// <summary>What never comes back cannot be thrown at: the process ends, after the input is saved.</summary>
    private void EndIfHung(ThreadClock thread)
    {
        var (input, used) = (Volatile.Read(ref _tried), thread.Used());
        if (_watched.Input != input)
        {
            _watched = (input, used);
        }
        else if (used - _watched.Used > HangLimit)
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
