using System.Globalization;

namespace Orchestrator.Load.Results;

/// <summary>A run as CSV: a line for each second of each round, and one for each figure; what spreadsheets and plots are made of.</summary>
internal static class CsvReport
{
    public static IEnumerable<string> Lines(LoadRun run)
    {
        yield return "scenario,case,variant,round,second,metric,value";
        foreach (var measured in run.Cases)
        {
            for (var i = 0; i < measured.Rounds.Count; i++)
            {
                var head = string.Create(CultureInfo.InvariantCulture, $"{Field(run.Scenario)},{Field(measured.Name)},{measured.Variant},{i + 1},");
                foreach (var line in Round(measured.Rounds[i]))
                {
                    yield return head + line;
                }
            }
        }
    }

    private static IEnumerable<string> Round(RoundRun round)
    {
        yield return Line("", "operations", round.Operations);
        yield return Line("", "per_second", round.PerSecond);
        if (round.Latency is { } latency)
        {
            foreach (var (share, milliseconds) in LatencyFigures.CurveShares.Zip(latency.Curve))
            {
                yield return Line("", string.Create(CultureInfo.InvariantCulture, $"latency_ms_p{share * 100:0.#####}"), milliseconds);
            }
        }

        foreach (var (name, value) in round.Figures)
        {
            yield return Line("", Field(name), value);
        }

        foreach (var (reason, times) in round.ErrorReasons)
        {
            yield return Line("", Field("error: " + reason), times);
        }

        foreach (var second in round.Seconds)
        {
            var at = second.Second.ToString(CultureInfo.InvariantCulture);
            yield return Line(at, "completed", second.Completed);
            yield return Line(at, "failed", second.Failed);
            yield return Line(at, "latency_ms_p50", second.P50);
            yield return Line(at, "latency_ms_p99", second.P99);
            yield return Line(at, "latency_ms_max", second.Max);
        }

        foreach (var component in round.Components)
        {
            for (var i = 0; i < component.CpuCores.Count; i++)
            {
                yield return Line(i.ToString(CultureInfo.InvariantCulture), $"{component.Name}_cpu_cores", component.CpuCores[i]);
            }

            for (var i = 0; i < component.MemoryMebibytes.Count; i++)
            {
                yield return Line((i * component.MemoryIntervalSeconds).ToString(CultureInfo.InvariantCulture), $"{component.Name}_memory_mib", component.MemoryMebibytes[i]);
            }
        }
    }

    private static string Line(string second, string metric, double value) => string.Create(CultureInfo.InvariantCulture, $"{second},{metric},{value:R}");

    private static string Field(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
