using System.Diagnostics;
using System.Text;

namespace Orchestrator.Agent.Platform;

/// <summary>Runs a program of the machine to its end, with a time limit.</summary>
internal static class Tool
{
    private const int MostErrorCharacters = 4096;

    /// <summary>Runs it and returns its standard output.</summary>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="directory">Where it runs; null for the root directory.</param>
    /// <param name="input">Its standard input; null for none.</param>
    /// <param name="environment">Variables besides those of the agent.</param>
    /// <exception cref="ToolFailedException">It is not installed, ended with a code other than 0, or took too long.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, TimeSpan timeout, CancellationToken cancel, string? directory = null,
        string? input = null, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? "/",
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var fed = FeedAsync(process, input, limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            var text = await output;
            await fed;
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? text : throw new ToolFailedException(program, $"ended with code {process.ExitCode}: {Shorten(errors.Length > 0 ? errors : text)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new ToolFailedException(program, $"did not end within {timeout.TotalSeconds:0} s");
        }
    }

    private static async Task FeedAsync(Process process, string? input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all: what it says on its error stream tells more.
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ToolFailedException(start.FileName, $"cannot be run: {error.Message}", error);
        }
    }

    private static string Shorten(string errors)
    {
        var text = new StringBuilder(errors.Trim());
        return text.Length <= MostErrorCharacters ? text.ToString() : text.ToString(0, MostErrorCharacters);
    }
}

/// <summary>A program of the machine failed or is missing.</summary>
internal sealed class ToolFailedException(string program, string message, Exception? inner = null) : Exception($"{program} {message}", inner)
{
    public string Program { get; } = program;
}
