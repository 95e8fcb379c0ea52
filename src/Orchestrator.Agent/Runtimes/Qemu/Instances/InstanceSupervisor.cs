using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Runtimes.Qemu.Logs;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>
/// Looks after one launched virtual machine until its end is written down: brings its console into its log, and notices when its guest has switched itself
/// off, has crashed, or can no longer be run. Ending the supervisor leaves the machine running; another one takes over from the machine's files.
/// </summary>
internal sealed partial class InstanceSupervisor : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);

    private readonly MachineDirectory _files;
    private readonly MachineRecord _machine;
    private readonly MachineProcess? _process;
    private readonly MachineMonitor _monitor;
    private readonly MachineCgroup _cgroup;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private volatile string _state = "running";
    private volatile bool _isAgentConnected;
    private volatile TaskCompletionSource? _reopening;

    public InstanceSupervisor(MachineDirectory files, MachineRecord machine, MachineProcess? process, MachineCgroup cgroup, TimeProvider time, ILogger log)
    {
        (_files, _machine, _process, _cgroup, _time, _log) = (files, machine, process, cgroup, time, log);
        _monitor = new MachineMonitor(machine.Id, process);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the machine has ended and its outcome is written, or when the supervisor is disposed.</summary>
    public Task Completion { get; }

    /// <summary>The emulator's process; null if it has ended.</summary>
    public int? ProcessId => _process is { IsAlive: true } process ? process.ProcessId : null;

    /// <summary>QEMU's run state as last seen: <c>running</c>, <c>paused</c>, <c>io-error</c>, ...</summary>
    public string State => _state;

    /// <summary>Whether the guest's agent has opened its port.</summary>
    public bool IsAgentConnected => _isAgentConnected;

    /// <summary>Runs a command on the machine's monitor, and looks at what has become of it.</summary>
    /// <exception cref="QmpUnavailableException">The monitor does not answer.</exception>
    /// <exception cref="QmpCommandException">QEMU refused the command.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, JsonObject? arguments, CancellationToken cancel)
    {
        var monitor = await _monitor.ConnectAsync(cancel);
        var answer = await monitor.ExecuteAsync(command, arguments, cancel);
        _state = await StateOfAsync(monitor, cancel);
        return answer;
    }

    /// <summary>Has the log opened anew by its path, after the file there was renamed.</summary>
    public Task ReopenLogAsync(CancellationToken cancel)
    {
        var reopening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reopening = reopening;
        return Task.WhenAny(reopening.Task, Completion).WaitAsync(cancel);
    }

    /// <summary>Asks the guest to shut down, again now and then since a guest that starts hears nothing, and powers it off after the grace period.</summary>
    public async Task StopAsync(TimeSpan grace, bool canBeAsked, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        while (canBeAsked && _process is { IsAlive: true } process && grace - _time.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            await TryAskAsync(cancel);
            await process.WaitForEndAsync(left < AskAgainAfter ? left : AskAgainAfter, cancel);
        }

        if (_process is { IsAlive: true })
        {
            await EndAsync(new MachineFault("Error", $"the guest did not shut down within its grace period of {grace.TotalSeconds:0} s and was powered off"), cancel);
        }

        await Completion.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Completion;
        _stop.Dispose();
        await _monitor.DisposeAsync();
    }

    private static async Task<string> StateOfAsync(QmpConnection monitor, CancellationToken cancel) =>
        (await monitor.ExecuteAsync("query-status", null, cancel)).GetProperty("status").GetString() ?? "";

    private async Task TryAskAsync(CancellationToken cancel)
    {
        try
        {
            if (_state is "paused")
            {
                // A guest whose processors stand still cannot shut down.
                await ExecuteAsync("cont", null, cancel);
            }

            await ExecuteAsync("system_powerdown", null, cancel);
        }
        catch (Exception error) when (error is QmpUnavailableException or QmpCommandException)
        {
            // It may have ended just now; else it is asked again, and at last ended without.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            using (var pump = LogPump.Open(_files, _machine.LogPath, _time))
            {
                while (_process is { IsAlive: true })
                {
                    pump.Pump(isLast: false);
                    if (_reopening is { } reopening)
                    {
                        _reopening = null;
                        pump.Reopen(_machine.LogPath);
                        reopening.SetResult();
                    }

                    await LookAsync();
                    await Task.Delay(Interval, _time, _stop.Token);
                }
            }

            InstanceEnding.Conclude(_files, _machine, _cgroup, _time);
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
            await _monitor.CloseAsync();
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var monitor = await _monitor.ConnectAsync(_stop.Token);
            if (!monitor.Events.TryRead(out _))
            {
                return;
            }

            while (monitor.Events.TryRead(out _))
            {
                // Several events come to one look.
            }

            _isAgentConnected = await IsAgentOpenAsync(monitor);
            _state = await StateOfAsync(monitor, _stop.Token);
            if (_state == "shutdown")
            {
                RecordFile.Write(_files.End(), new InstanceEnd(HasShutDown: true), InstanceJson.Default.InstanceEnd);
                await _monitor.QuitAsync(_stop.Token);
            }
            else if (FaultOf(_state) is { } fault)
            {
                await EndAsync(fault, _stop.Token);
            }
        }
        catch (Exception error) when (error is QmpUnavailableException or QmpCommandException)
        {
            // The next round tries again, if the process is still there.
        }
    }

    private async Task<bool> IsAgentOpenAsync(QmpConnection monitor)
    {
        var devices = await monitor.ExecuteAsync("query-chardev", null, _stop.Token);
        return devices.EnumerateArray().Any(d => d.GetProperty("label").GetString() == "agent" && d.GetProperty("frontend-open").GetBoolean());
    }

    private MachineFault? FaultOf(string state) => state switch
    {
        "internal-error" => new MachineFault("HypervisorInternalError", "the hypervisor stopped the guest with an internal error: " + MachineProcess.TailOf(_files.EmulatorLog)),
        "guest-panicked" => new MachineFault("GuestPanicked", "the guest's kernel panicked: " + MachineProcess.TailOf(_files.StandardOutput)),
        _ => null,
    };

    private async Task EndAsync(MachineFault fault, CancellationToken cancel)
    {
        RecordFile.Write(_files.Fault, fault, MachineJson.Default.MachineFault);
        LogEnding(_machine.Id, fault.Reason, fault.Message);
        await _monitor.QuitAsync(cancel);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "virtual machine {Machine} has ended")]
    private partial void LogEnded(string machine);

    [LoggerMessage(Level = LogLevel.Warning, Message = "ending virtual machine {Machine}: {Reason}: {Why}")]
    private partial void LogEnding(string machine, string reason, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "virtual machine {Machine} cannot be supervised")]
    private partial void LogSupervisionFailed(Exception error, string machine);
}
