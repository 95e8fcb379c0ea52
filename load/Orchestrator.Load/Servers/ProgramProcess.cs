using System.Diagnostics;
using System.Globalization;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>One <c>orchestrator</c> command in a process of its own. What it writes is kept for the message in case it fails.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    /// <summary>Variable that has .NET's sockets run what waits for them where they find that it can go on.</summary>
    public const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

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
        start.Environment.Remove(InlineCompletions);
        _process = Process.Start(start) ?? throw new LoadException($"{name} cannot be started");
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Component Component => new(_name, () => HasEnded ? null : Id, WithChildren: false);

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>The last lines that it wrote.</summary>
    public string Remains => string.Join('\n', LastLines());

    /// <exception cref="LoadException">It has ended.</exception>
    public void RequireRunning()
    {
        if (HasEnded)
        {
            throw new LoadException($"{_name} ended with exit code {_process.ExitCode}:\n{Remains}");
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
        if (!HasEnded)
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
