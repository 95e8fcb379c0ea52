using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>One <c>orchestrator</c> command in a process of its own. What it writes is kept for the message in case it fails.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Queue<string> _lines = new();
    private readonly Process _process;
    private readonly string _name;

    public ProgramProcess(string name, params IEnumerable<string> arguments)
    {
        _name = name;
        var start = new ProcessStartInfo(OrchestratorProgram.Command, [.. OrchestratorProgram.Arguments, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove(ServerProcess.InlineCompletions);
        _process = Process.Start(start) ?? throw new LoadException($"{name} cannot be started");
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Component Component => new(_name, () => _process.HasExited ? null : _process.Id, WithChildren: false);

    /// <exception cref="LoadException">It has ended.</exception>
    public void RequireRunning()
    {
        if (_process.HasExited)
        {
            throw new LoadException($"{_name} ended with exit code {_process.ExitCode}:\n{string.Join('\n', LastLines())}");
        }
    }

    /// <summary>Kills it: it does nothing any more, as a machine that lost its power.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_lines)
        {
            if (line is not null)
            {
                _lines.Enqueue(line);
                if (_lines.Count > KeptLines)
                {
                    _lines.Dequeue();
                }
            }
        }
    }

    private string[] LastLines()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }
}
