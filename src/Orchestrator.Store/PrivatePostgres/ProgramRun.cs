using System.Diagnostics;

namespace Orchestrator.Store.PrivatePostgres;

/// <summary>Runs a program to its end.</summary>
internal static class ProgramRun
{
    /// <summary>What the program prints; empty where it cannot be run.</summary>
    public static string Output(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Start(program, arguments);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    /// <exception cref="PrivatePostgresException">It cannot be run, takes too long or fails; the message has what it printed.</exception>
    public static async Task RequireAsync(string program, IReadOnlyList<string> arguments, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            using var process = Start(program, arguments);
            await WaitAsync(process, program, arguments, either.Token);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PrivatePostgresException($"{program} cannot be run: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new PrivatePostgresException($"{program} did not end within {timeout.TotalSeconds:0} s", e);
        }
    }

    private static async Task WaitAsync(Process process, string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        try
        {
            // Read to the end first: a full pipe would block the program.
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var errors = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0)
            {
                var said = $"{await output}{await errors}".Trim();
                throw new PrivatePostgresException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}: {said}");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // Programs run as another user must be able to enter it.
            WorkingDirectory = "/",
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C";
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start) ?? throw new PrivatePostgresException($"{program} cannot be run");
    }
}
