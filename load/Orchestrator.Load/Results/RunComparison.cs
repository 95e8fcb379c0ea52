using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Results;

/// <summary>What the comparison says of one metric of one case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Metric">The metric.</param>
/// <param name="First">Of the first run: the mean of its rounds.</param>
/// <param name="Second">Of the second.</param>
/// <param name="Change">By how much the second is more than the first, as a part of it; null where it cannot be said.</param>
/// <param name="Low">Lower end of its confidence interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="IsDecisive">Whether the verdict counts. It is that of the median latency: what neighbours take of the machine moves it least.</param>
/// <param name="Verdict">better, worse, different, same (no difference shown), or unknown.</param>
internal sealed record MetricComparison(string Case, string Metric, double First, double Second, double? Change, double? Low, double? High, bool IsDecisive, string Verdict);

/// <summary>
/// Two runs, or two variants of one, compared case by case and metric by metric. A difference is shown where the confidence interval of the ratio lies wholly
/// beyond a margin. Times and rates are divided by each round's yardstick, so that the machine's own changes of speed are not taken for the program's.
/// </summary>
/// <param name="Confidence">Of all decisive verdicts together: where several cases are judged, each is judged the more strictly.</param>
/// <param name="Margin">Changes below this part do not matter.</param>
/// <param name="IsPaired">Whether rounds were compared pair by pair.</param>
/// <param name="Metrics">The comparisons.</param>
internal sealed record RunComparison(double Confidence, double Margin, bool IsPaired, IReadOnlyList<MetricComparison> Metrics)
{
    public const double DefaultMargin = 0.05;
    public const double DefaultConfidence = 0.95;
    private const string Decisive = "p50Milliseconds";

    private static readonly (string Metric, int Better, bool IsSpeed)[] Compared =
    [
        ("perSecond", 1, true), ("p50Milliseconds", -1, true), ("p99Milliseconds", -1, true), ("cpuMicroseconds", -1, true), ("serverCpuMicroseconds", -1, true),
    ];

    /// <summary>Whether any decisive metric got worse.</summary>
    public bool IsWorse => Metrics.Any(m => m is { IsDecisive: true, Verdict: "worse" });

    /// <summary>Whether the runs are told apart.</summary>
    public bool IsDifferent => Metrics.Any(m => m.IsDecisive && m.Verdict is "worse" or "better");

    /// <summary>Two runs, made one after the other: their rounds are two samples.</summary>
    /// <exception cref="LoadException">They have no case in common.</exception>
    public static RunComparison OfRuns(LoadRun first, LoadRun second, double margin = DefaultMargin, double confidence = DefaultConfidence)
    {
        var pairs = first.Cases.Where(c => c.Variant is "" or ScenarioRunner.First)
            .Select(a => (First: a, Second: second.Cases.FirstOrDefault(b => b.Name == a.Name && b.Variant is "" or ScenarioRunner.First)))
            .Where(p => p.Second is not null).Select(p => (p.First, p.Second!)).ToList();
        return pairs.Count == 0
            ? throw new LoadException($"the runs have no case in common: '{first.Scenario}' has {string.Join(", ", first.Cases.Select(c => c.Name))}; '{second.Scenario}' has {string.Join(", ", second.Cases.Select(c => c.Name))}")
            : Compare(pairs, isPaired: false, margin, confidence);
    }

    /// <summary>The two variants of one run, whose rounds took turns: compared pair by pair.</summary>
    public static RunComparison OfVariants(LoadRun run, double margin = DefaultMargin, double confidence = DefaultConfidence)
    {
        var firsts = run.Cases.Where(c => c.Variant == ScenarioRunner.First).ToList();
        var seconds = run.Cases.Where(c => c.Variant == ScenarioRunner.Second).ToList();
        return Compare([.. firsts.Zip(seconds)], isPaired: true, margin, confidence);
    }

    private static RunComparison Compare(List<(CaseRun First, CaseRun Second)> pairs, bool isPaired, double margin, double confidence)
    {
        // Bonferroni: of many cases one would differ by chance.
        var strict = 1 - ((1 - confidence) / pairs.Count);
        var metrics = new List<MetricComparison>();
        foreach (var (a, b) in pairs)
        {
            metrics.AddRange(Compared.Where(m => Has(a, m.Metric) && Has(b, m.Metric))
                .Select(m => Metric(a, b, m.Metric, m.Better, m.IsSpeed, m.Metric == Decisive, isPaired, margin, m.Metric == Decisive ? strict : confidence)));
            metrics.AddRange(a.Median.Figures.Keys.Where(f => Has(b, f)).Select(f => Metric(a, b, f, 0, false, false, isPaired, margin, confidence)));
        }

        return new RunComparison(confidence, margin, isPaired, metrics);
    }

    private static MetricComparison Metric(CaseRun a, CaseRun b, string metric, int better, bool isSpeed, bool isDecisive, bool isPaired, double margin, double confidence)
    {
        var (first, second) = (Values(a, metric, better, isSpeed), Values(b, metric, better, isSpeed));
        var (rawFirst, rawSecond) = (Values(a, metric, better, false).Average(), Values(b, metric, better, false).Average());
        var estimate = first.Concat(second).All(v => v > 0) ? Estimate(Array.ConvertAll(first, Math.Log), Array.ConvertAll(second, Math.Log), isPaired, confidence) : null;
        if (estimate is not { } found)
        {
            return new MetricComparison(a.Name, metric, rawFirst, rawSecond, null, null, null, isDecisive, rawFirst.Equals(rawSecond) ? "same" : "unknown");
        }

        var (change, low, high) = (Math.Exp(found.Mean) - 1, Math.Exp(found.Low) - 1, Math.Exp(found.High) - 1);
        var direction = low > margin ? 1 : high < -margin / (1 + margin) ? -1 : 0;
        var verdict = direction == 0 ? "same" : better == 0 ? "different" : direction == better ? "better" : "worse";
        return new MetricComparison(a.Name, metric, rawFirst, rawSecond, RoundRun.Rounded(change), RoundRun.Rounded(low), RoundRun.Rounded(high), isDecisive, verdict);
    }

    private static TrimmedEstimate? Estimate(double[] first, double[] second, bool isPaired, double confidence) => isPaired && first.Length == second.Length
        ? TrimmedEstimate.Of([.. second.Zip(first, (b, a) => b - a)], confidence)
        : TrimmedEstimate.OfDifference(first, second, confidence);

    private static double[] Values(CaseRun run, string metric, int better, bool isSpeed) =>
    [
        .. run.Rounds.Select(r => (r, Value: ThresholdCheck.MetricOf(r, metric) ?? 0))
            .Select(p => !isSpeed || p.r.YardstickNanoseconds <= 0 ? p.Value : better > 0 ? p.Value * p.r.YardstickNanoseconds : p.Value / p.r.YardstickNanoseconds),
    ];

    private static bool Has(CaseRun run, string metric) => run.Rounds.All(r => ThresholdCheck.MetricOf(r, metric) is not null) && (metric != "perSecond" || run.Median.Operations > 0)
        && (metric is not ("cpuMicroseconds" or "serverCpuMicroseconds") || run.Median.Operations > 0);

    public IEnumerable<string> ToMarkdown()
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Second against first, {(IsPaired ? "round by round" : "as two samples of rounds")}, {Confidence * 100:0.#} % confidence, margin {Margin * 100:0.#} %; speeds by the yardstick of each round.");
        yield return "";
        yield return "| case | metric | first | second | change | interval | verdict |";
        yield return "|---|---|---|---|---|---|---|";
        foreach (var m in Metrics)
        {
            yield return $"| {m.Case} | {m.Metric} | {ReportColumns.Text(m.First)} | {ReportColumns.Text(m.Second)} | {Percent(m.Change)} | {(m.Low is null ? "" : $"{Percent(m.Low)} to {Percent(m.High)}")} | {(m.IsDecisive ? $"**{Words(m.Verdict)}**" : Words(m.Verdict))} |";
        }
    }

    public static string Words(string verdict) => verdict switch
    {
        "same" => "no difference shown",
        "unknown" => "needs two rounds or more",
        _ => verdict,
    };

    public static string Percent(double? part) => part is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:+0.0;-0.0;0.0} %") : "";

    public string ToJson() => JsonSerializer.Serialize(this, RunComparisonJson.Default.RunComparison);
}

[JsonSerializable(typeof(RunComparison))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class RunComparisonJson : JsonSerializerContext;
