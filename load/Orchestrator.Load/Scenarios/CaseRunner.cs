using Orchestrator.Load.Measuring;
using Orchestrator.Load.Reporting;
using Spectre.Console;

namespace Orchestrator.Load.Scenarios;

/// <param name="Name">What the report calls it.</param>
/// <param name="Workers">Closed-loop workers.</param>
/// <param name="Operation">One operation of a worker.</param>
internal sealed record LoadCase(string Name, int Workers, Func<int, ValueTask> Operation);

/// <summary>Runs the cases of a scenario with their warm-up and rounds, showing progress on standard error's terminal.</summary>
internal static class CaseRunner
{
    public static async Task<IReadOnlyList<LoadRow>> RunAsync(IReadOnlyList<LoadCase> cases, LoadSettings settings, Func<TimeSpan?> serverCpu)
    {
        // Progress must not mix with a report that a program reads.
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var rows = new List<LoadRow>();
        await terminal.Progress().StartAsync(async progress =>
        {
            foreach (var load in cases)
            {
                var task = progress.AddTask(load.Name, maxValue: settings.Rounds + 1);
                await ClosedLoop.RunAsync(load.Workers, settings.WarmUp, load.Operation, serverCpu);
                task.Increment(1);
                var rounds = new List<Round>();
                while (rounds.Count < settings.Rounds)
                {
                    rounds.Add(await ClosedLoop.RunAsync(load.Workers, settings.RoundDuration, load.Operation, serverCpu));
                    task.Increment(1);
                }

                rows.Add(LoadRow.Of(load.Name, rounds));
            }
        });
        return rows;
    }
}
