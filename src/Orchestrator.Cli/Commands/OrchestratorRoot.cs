using System.CommandLine;
using System.CommandLine.Parsing;

namespace Orchestrator.Cli.Commands;

/// <summary>The command line of <c>orchestrator</c>: every command is listed here, in the order in which help shows them.</summary>
internal static class OrchestratorRoot
{
    public static RootCommand Create()
    {
        var root = new RootCommand("One orchestrator for virtual machines and containers.");
        foreach (var command in All())
        {
            root.Add(command);
        }

        return root.ShowExamples(
            "orchestrator lab up --install --apply docs/samples/hello.yaml",
            "orchestrator get pods,nodes,hypervisors -o wide",
            "orchestrator explain pod/hello-vm");
    }

    private static IEnumerable<Command> All() =>
    [
        LabCommand.Create(),
        AgentCommand.Create(),
        ApplyCommand.Create(),
        GetCommand.Create(),
        ExplainCommand.Create(),
        SimulateCommand.Create(),
        PlanCommand.Create(),
        LoadCommand.Create(),
        .. MachineCommands.All(),
        CompareCommand.Create(),
        ImageCommand.Create(),
        ServerCommand.Create(),
    ];

    /// <summary>Parses and runs. A <see cref="CommandFailedException"/> is the user's to mend: its message is printed without a stack trace, exit code 1.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
        try
        {
            var parsed = Create().Parse(args);
            return ComplaintOf(parsed) is { } complaint ? throw new CommandFailedException(complaint) : await parsed.InvokeAsync(configuration);
        }
        catch (CommandFailedException failure)
        {
            await Console.Error.WriteLineAsync("error: " + failure.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>Names the first word that the command does not know; null if it knows all. The parser's own message adds the whole help to it.</summary>
    internal static string? ComplaintOf(ParseResult parsed)
    {
        var path = PathOf(parsed.CommandResult);
        return parsed.UnmatchedTokens.Count == 0 ? null : $"'{path}' knows no '{parsed.UnmatchedTokens[0]}'; see '{path} --help'";
    }

    private static string PathOf(CommandResult command)
    {
        var names = new List<string>();
        for (SymbolResult? at = command; at is CommandResult { Command: not RootCommand } inner; at = inner.Parent)
        {
            names.Insert(0, inner.Command.Name);
        }

        return string.Join(' ', names.Prepend("orchestrator"));
    }
}
