using System.Diagnostics;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab;

/// <summary>Runs one <c>orchestrator</c> command to its end.</summary>
internal static class OrchestratorProcess
{
    /// <exception cref="CommandFailedException">It failed; its errors are the message.</exception>
    public static async Task RunAsync(IReadOnlyList<string> program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program[0]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in program.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new CommandFailedException($"orchestrator {string.Join(' ', arguments.Take(2))} failed with exit code {process.ExitCode}:\n{(await errors + await output).Trim()}");
        }
    }
}
