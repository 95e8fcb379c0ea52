using System.Globalization;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Cli.LoadTests;

/// <summary>Says on standard error what a run is at: on a terminal in one line that is written over, elsewhere a line for each round.</summary>
internal sealed class LiveProgress(TextWriter output, bool isTerminal)
{
    private int _written;

    public void Report(LoadProgress progress)
    {
        var what = progress.Variant.Length == 0 ? progress.Case : $"{progress.Case} ({progress.Variant})";
        var where = progress.Round == 0 ? "getting ready" : string.Create(CultureInfo.InvariantCulture, $"round {progress.Round} of {progress.Rounds}");
        if (progress.Last is { } round)
        {
            var latency = round.Operations == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {round.OperationsPerSecond:N0}/s, p50 {round.Latencies.Percentile(0.5).TotalMilliseconds:0.###} ms, p99 {round.Latencies.Percentile(0.99).TotalMilliseconds:0.###} ms");
            var errors = round.Errors == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {round.Errors:N0} errors");
            var figures = round.Operations > 0 ? "" : string.Concat(round.Figures.Take(3).Select(f => string.Create(CultureInfo.InvariantCulture, $", {f.Key} {f.Value:0.##}")));
            Write($"{what}: {where}{latency}{figures}{errors}", ends: true);
        }
        else if (isTerminal)
        {
            Write($"{what}: {where} ...", ends: false);
        }
    }

    private void Write(string line, bool ends)
    {
        if (isTerminal)
        {
            output.Write('\r' + line.PadRight(_written));
            _written = ends ? 0 : line.Length;
        }
        else
        {
            output.Write(line);
        }

        if (ends)
        {
            output.WriteLine();
        }
    }
}
