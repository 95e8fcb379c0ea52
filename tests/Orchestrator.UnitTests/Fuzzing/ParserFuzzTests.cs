using System.Globalization;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>
/// A short run of the fuzzer, always of the same inputs. A long one, of new inputs: set FUZZ_SECONDS to the seconds for each target and, to repeat one,
/// FUZZ_SEED to the seed that it printed.
/// </summary>
public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    private const int Iterations = 1_500;
    private const int Seed = 20_260_101;

    private static readonly Dictionary<string, FuzzTarget> Targets = ParserTargets.All.Concat(PatchTargets.All).ToDictionary(t => t.Name);

    public static TheoryData<string> Names => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_comes_is_parsed_or_refused(string target)
    {
        var seconds = Environment.GetEnvironmentVariable("FUZZ_SECONDS");
        if (seconds is null)
        {
            Assert.Equal(Iterations, new FuzzRun(Targets[target], Seed, TimeProvider.System).Run(Iterations, TimeSpan.MaxValue));
            return;
        }

        var seed = Environment.GetEnvironmentVariable("FUZZ_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : (int)(TimeProvider.System.GetTimestamp() & int.MaxValue);
        output.WriteLine($"{target}: seed {seed}");
        var tried = new FuzzRun(Targets[target], seed, TimeProvider.System).Run(long.MaxValue, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
        output.WriteLine($"{target}: {tried} inputs");
    }
}
