using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Cli.Lab.Processes;

/// <summary>Keeps one unit running: adopts it if it runs already, starts it if not, starts it again with back-off when it ends.</summary>
internal sealed partial class UnitKeeper(LabUnit unit, LabLayout layout, TimeProvider time, ILogger<UnitKeeper> logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private readonly RestartBackoff _backoff = new();

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (ProcessIdentity.Read(layout.ProcessFile(unit.Name)) is { IsAlive: true } running)
            {
                LogAdopted(unit.Name, running.Id);
                await ReapAndWaitAsync(running, child: null, cancel);
            }
            else
            {
                await WaitUntilAsync(() => unit.RequiredFile is null || File.Exists(unit.RequiredFile), cancel);
                await StartAsync(cancel);
            }
        }
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        var file = layout.ProcessFile(unit.Name);
        File.Delete(file);
        var log = new UnitLog(layout.LogFile(unit.Name));
        log.RotateIfLarge();
        using var child = DetachedProcess.Start(file, log.File, unit.Command, []);
        LogStarted(unit.Name, child.Id);
        if (ProcessIdentity.Of(child.Id) is { } identity)
        {
            await ReapAndWaitAsync(identity, child, cancel);
        }
    }

    private async Task ReapAndWaitAsync(ProcessIdentity process, Process? child, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        var log = new UnitLog(layout.LogFile(unit.Name));
        await WaitUntilAsync(
            () =>
            {
                log.RotateIfLarge();
                return !process.IsAlive;
            },
            cancel);
        var ran = time.GetElapsedTime(since);
        var delay = _backoff.After(ran);
        LogEnded(unit.Name, process.Id, child is { HasExited: true } ? child.ExitCode : null, ran.TotalSeconds, delay.TotalSeconds);
        await Task.Delay(delay, time, cancel);
    }

    private async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        while (!condition())
        {
            await Task.Delay(LookEvery, time, cancel);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Unit} runs already as process {ProcessId}")]
    private partial void LogAdopted(string unit, int processId);

    [LoggerMessage(LogLevel.Information, "{Unit} started as process {ProcessId}")]
    private partial void LogStarted(string unit, int processId);

    [LoggerMessage(LogLevel.Warning, "{Unit}, process {ProcessId}, ended with exit code {ExitCode} after {RunSeconds:F1} s; starting it again in {DelaySeconds} s")]
    private partial void LogEnded(string unit, int processId, int? exitCode, double runSeconds, double delaySeconds);
}
