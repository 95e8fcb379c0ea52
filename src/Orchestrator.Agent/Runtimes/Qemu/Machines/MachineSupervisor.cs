using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Logs;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <summary>
/// Looks after one launched machine until its end is written down: brings its output into its log, notices when the hypervisor can no longer run it or its guest does not come up,
/// and writes down how it ended. Ending the supervisor leaves the machine running; another one takes over from the machine's files.
/// </summary>
internal sealed partial class MachineSupervisor : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(3);

    private readonly MachineDirectory _files;
    private readonly MachineRecord _machine;
    private readonly MachineProcess? _process;
    private readonly MachineCgroup _cgroup;
    private readonly TimeSpan _bootTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private QmpConnection? _monitor;

    public MachineSupervisor(MachineDirectory files, MachineRecord machine, MachineProcess? process, MachineCgroup cgroup, TimeSpan bootTimeout, TimeProvider time, ILogger log)
    {
        (_files, _machine, _process, _cgroup, _bootTimeout, _time, _log) = (files, machine, process, cgroup, bootTimeout, time, log);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the machine has ended and its outcome is written, or when the supervisor is disposed.</summary>
    public Task Completion { get; }

    /// <summary>True once the container's command runs, false if the machine ended before.</summary>
    public Task<bool> Started => _started.Task;

    /// <summary>The emulator's process; null if it has ended.</summary>
    public int? ProcessId => _process is { IsAlive: true } process ? process.ProcessId : null;

    /// <summary>Runs a command on the machine's monitor.</summary>
    /// <exception cref="QmpUnavailableException">The monitor does not answer.</exception>
    /// <exception cref="QmpCommandException">QEMU refused the command.</exception>
    public async Task<System.Text.Json.JsonElement> ExecuteAsync(string command, CancellationToken cancel) =>
        await (await MonitorAsync(cancel)).ExecuteAsync(command, null, cancel);

    /// <summary>QEMU's run state: <c>running</c>, <c>paused</c>, <c>internal-error</c>, ...</summary>
    public async Task<string> QueryStateAsync(CancellationToken cancel) =>
        (await ExecuteAsync("query-status", cancel)).GetProperty("status").GetString() ?? "";

    /// <summary>Asks the container's command to end, and ends the machine after the grace period.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancel)
    {
        // The order stays in the pipe until the guest is up to read it.
        var hasEnded = _process is null
            || (grace > TimeSpan.Zero && Posix.TryWriteToFifo(_files.ControlIn, "terminate\n"u8) && await _process.WaitForEndAsync(grace, cancel));
        if (hasEnded)
        {
            await Completion.WaitAsync(cancel);
            return;
        }

        await EndAsync(new MachineFault("Error", $"the container did not end within its grace period of {grace.TotalSeconds:0} s and was killed"), cancel);
        await Completion.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Completion;
        _stop.Dispose();
        _connecting.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using (var pump = LogPump.Open(_files, _machine.LogPath, _time))
            {
                await SuperviseAsync(pump);
            }

            MachineEnding.Conclude(_files, _machine, _cgroup, _time);
            LogEnded(_machine.Id);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The agent ends; the machine does not.
        }
        catch (Exception error)
        {
            LogSupervisionFailed(error, _machine.Id);
        }
        finally
        {
            _started.TrySetResult(false);
            if (_monitor is { } monitor)
            {
                await monitor.DisposeAsync();
            }
        }
    }

    private async Task SuperviseAsync(LogPump pump)
    {
        var launchedAt = RecordFile.TryRead(_files.Launched, MachineJson.Default.LaunchRecord)?.LaunchedAt ?? _time.GetUtcNow();
        while (_process is { IsAlive: true })
        {
            pump.Pump(isLast: false);
            var report = MachineEnding.ReadReport(_files);
            if (report.Started)
            {
                _started.TrySetResult(true);
            }
            else if (report.Failure is null && _time.GetUtcNow() - launchedAt > _bootTimeout)
            {
                await EndAsync(new MachineFault("GuestStartTimeout", $"the guest did not start the container within {_bootTimeout.TotalSeconds:0} s"), _stop.Token);
            }

            await EndIfStuckAsync();
            await Task.Delay(Interval, _time, _stop.Token);
        }

        if (MachineEnding.ReadReport(_files).Started)
        {
            _started.TrySetResult(true);
        }
    }

    /// <summary>A guest that the hypervisor stopped for an error of its own would stay so for ever.</summary>
    private async Task EndIfStuckAsync()
    {
        try
        {
            var monitor = await MonitorAsync(_stop.Token);
            if (!monitor.Events.TryRead(out _))
            {
                return;
            }

            var state = (await monitor.ExecuteAsync("query-status", null, _stop.Token)).GetProperty("status").GetString();
            if (state is "internal-error" or "guest-panicked" or "io-error")
            {
                await EndAsync(StuckFault(state), _stop.Token);
            }
        }
        catch (QmpUnavailableException)
        {
            // The next round tries again, if the process is still there.
        }
    }

    private MachineFault StuckFault(string state) => state switch
    {
        "internal-error" => new MachineFault("HypervisorInternalError", "the hypervisor stopped the guest with an internal error: " + MachineProcess.TailOf(_files.EmulatorLog)),
        "io-error" => new MachineFault("DiskError", "the guest was stopped because its disk could not be written"),
        _ => new MachineFault("GuestPanicked", "the guest's kernel panicked: " + MachineProcess.TailOf(_files.Console)),
    };

    private async Task EndAsync(MachineFault fault, CancellationToken cancel)
    {
        RecordFile.Write(_files.Fault, fault, MachineJson.Default.MachineFault);
        LogEnding(_machine.Id, fault.Reason, fault.Message);
        try
        {
            await ExecuteAsync("quit", cancel);
        }
        catch (Exception error) when (error is QmpUnavailableException or QmpCommandException)
        {
            // It is killed below.
        }

        if (_process is not null && !await _process.WaitForEndAsync(QuitTimeout, cancel))
        {
            _process.Kill();
            await _process.WaitForEndAsync(QuitTimeout, cancel);
        }
    }

    private async Task<QmpConnection> MonitorAsync(CancellationToken cancel)
    {
        await _connecting.WaitAsync(cancel);
        try
        {
            if (_monitor is null || _monitor.Events.Completion.IsCompleted)
            {
                if (_monitor is not null)
                {
                    await _monitor.DisposeAsync();
                    _monitor = null;
                }

                _monitor = _process is { IsAlive: true } process
                    ? await process.ConnectAsync(ConnectTimeout, cancel)
                    : throw new QmpUnavailableException($"machine {_machine.Id} has ended");
                // What happened before this connection gave no event here: look once.
                if ((await _monitor.ExecuteAsync("query-status", null, cancel)).GetProperty("status").GetString() is "internal-error" or "guest-panicked" or "io-error")
                {
                    _monitor.RaiseAttention();
                }
            }

            return _monitor;
        }
        finally
        {
            _connecting.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "machine {Machine} has ended")]
    private partial void LogEnded(string machine);

    [LoggerMessage(Level = LogLevel.Warning, Message = "ending machine {Machine}: {Reason}: {Why}")]
    private partial void LogEnding(string machine, string reason, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "machine {Machine} cannot be supervised")]
    private partial void LogSupervisionFailed(Exception error, string machine);
}
