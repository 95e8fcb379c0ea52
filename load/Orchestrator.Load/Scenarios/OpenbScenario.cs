using System.CommandLine;
using Orchestrator.Load.Traces;
using Orchestrator.Scheduling.Lookahead;
using Spectre.Console;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// <c>orchestrator-load openb</c>: how much of a GPU cluster's devices get allocated when more is asked for than there is, on Alibaba's trace and by the
/// rules of Weng et al., "Beware of Fragmentation" (USENIX ATC 2023): pods in random order, inflated by clones, no departures.
/// </summary>
internal static class OpenbScenario
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "Directory with the trace's CSV files.", Required = true };
        var variants = new Option<string[]>("--variants")
        {
            Description = "Lists of pods: openb_pod_list_VARIANT.csv.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["default", "gpushare40", "gpuspec20", "multigpu30", "cpu100"],
        };
        var seeds = new Option<int>("--seeds") { Description = "Runs of each, with seeds 1, 2, ...", DefaultValueFactory = _ => 10 };
        var demand = new Option<double>("--demand") { Description = "Devices asked for, as a part of the capacity.", DefaultValueFactory = _ => 1.3 };
        var command = new Command("openb", "Device allocation on Alibaba's GPU cluster trace: lookahead beside best fit.") { data, variants, seeds, demand };
        command.SetAction((parsed, cancel) => Run(
            parsed.GetValue(data)!, parsed.GetValue(variants)!, Math.Max(1, parsed.GetValue(seeds)), parsed.GetValue(demand), cancel));
        return command;
    }

    private static Task<int> Run(DirectoryInfo data, string[] variants, int seeds, double demand, CancellationToken cancel)
    {
        var table = new Table().Title($"Devices allocated, % of capacity, at a demand of {demand:P0}; {seeds} seeds");
        table.AddColumns("pods", "policy", "mean", "lowest", "highest", "skipped, mean");
        foreach (var variant in variants)
        {
            OpenbTrace trace;
            try
            {
                trace = OpenbTrace.Read(data.FullName, variant);
            }
            catch (Exception error) when (error is IOException or FormatException or IndexOutOfRangeException)
            {
                Console.Error.WriteLine($"error: the trace '{variant}' cannot be read: {error.Message}");
                return Task.FromResult(1);
            }

            foreach (var (name, policy) in Policies)
            {
                Add(table, variant, name, Measure(trace, policy, seeds, demand, cancel));
            }
        }

        AnsiConsole.Write(table);
        return Task.FromResult(0);
    }

    private static IReadOnlyList<(string Name, Func<int, IDevicePolicy> Create)> Policies { get; } =
    [
        ("lookahead", seed => new LookaheadPolicy(new LookaheadOptions(), new Random(1_000 + seed))),
        ("best fit", _ => new TightestFit()),
    ];

    private static List<OpenbOutcome> Measure(OpenbTrace trace, Func<int, IDevicePolicy> policy, int seeds, double demand, CancellationToken cancel)
    {
        var outcomes = new List<OpenbOutcome>();
        for (var seed = 1; seed <= seeds; seed++)
        {
            outcomes.Add(OpenbRun.Run(trace, policy(seed), demand, new Random(seed), cancel));
            Console.Error.WriteLine($"seed {seed}: {outcomes[^1].Allocated * 100:0.00} %");
        }

        return outcomes;
    }

    private static void Add(Table table, string variant, string policy, List<OpenbOutcome> outcomes) => table.AddRow(
        variant,
        policy,
        $"{outcomes.Average(o => o.Allocated) * 100:0.00}",
        $"{outcomes.Min(o => o.Allocated) * 100:0.00}",
        $"{outcomes.Max(o => o.Allocated) * 100:0.00}",
        $"{outcomes.Average(o => o.Skipped):0}");
}
