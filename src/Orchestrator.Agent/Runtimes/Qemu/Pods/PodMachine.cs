using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Journal;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>
/// Looks after one launched machine of a pod until its end is written down: empties its journal, keeps the connection to its guest, notices when the hypervisor can no longer
/// run it. Ending this leaves the machine running; another one takes over from the machine's files.
/// </summary>
internal sealed partial class PodMachine : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly PodMachineStore _store;
    private readonly PodMachineFiles _files;
    private readonly MachineProcess? _process;
    private readonly MachineMonitor _monitor;
    private readonly MachineCgroup _cgroup;
    private readonly QemuOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly PodJournal _journal;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly SemaphoreSlim _news = new(0, 1);
    private TaskCompletionSource _changed = NewSignal();
    private GuestConnection? _guest;

    public PodMachine(PodMachineStore store, PodMachineRecord record, MachineProcess? process, MachineCgroup cgroup, QemuOptions options, TimeProvider time, ILogger log)
    {
        (_store, Record, _process, _cgroup, _options, _time, _log) = (store, record, process, cgroup, options, time, log);
        _files = store.Files(record.Id);
        _journal = new PodJournal(store, record.Id, time);
        _monitor = new MachineMonitor(record.Id, process);
        Completion = Task.Run(RunAsync);
    }

    public PodMachineRecord Record { get; }

    /// <summary>Ends when the machine has ended and that is written down, or when this is disposed.</summary>
    public Task Completion { get; }

    /// <summary>The emulator's process; null if it has ended.</summary>
    public int? ProcessId => _process is { IsAlive: true } process ? process.ProcessId : null;

    /// <summary>The connection to the guest: the one there is, or a new one once the guest is up.</summary>
    /// <exception cref="GuestUnavailableException">The guest has ended, or is not up in time.</exception>
    public async Task<GuestConnection> GuestAsync(CancellationToken cancel)
    {
        await _connecting.WaitAsync(cancel);
        try
        {
            if (_guest is { IsOver: false } known)
            {
                return known;
            }

            if (_guest is not null)
            {
                await _guest.DisposeAsync();
                _guest = null;
            }

            if (ProcessId is null)
            {
                throw new GuestUnavailableException($"the machine has ended: {EndRecord()?.Message}");
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
            var connecting = GuestConnection.ConnectAsync(_files.Agent, RaiseNews, _options.BootTimeout, _time, either.Token);
            if (await Task.WhenAny(connecting, Completion) != connecting)
            {
                await either.CancelAsync();
                await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new GuestUnavailableException($"the machine has ended: {EndRecord()?.Message}");
            }

            return _guest = await connecting;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Waits until a container has ended.</summary>
    /// <returns>Whether it has, within the time.</returns>
    public async Task<bool> WaitForExitAsync(uint container, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (Completion.IsCompleted || _store.StateOf(Record.Id, container).FinishedAt is not null)
            {
                return true;
            }

            try
            {
                await Task.WhenAny(changed, Completion).WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>Brings everything over that the guest has written so far.</summary>
    public void CatchUp() => Pump(isCatchingUp: false);

    /// <summary>Has a log go on in a new file.</summary>
    public void ReopenLog(PodContainerRecord container) => _journal.Reopen(container);

    public void Forget(uint container) => _journal.Forget(container);

    /// <summary>Runs a command on the machine's monitor.</summary>
    /// <exception cref="QmpUnavailableException">The monitor does not answer.</exception>
    /// <exception cref="QmpCommandException">QEMU refused the command.</exception>
    public Task<System.Text.Json.JsonElement> ExecuteAsync(string command, System.Text.Json.Nodes.JsonObject? arguments, CancellationToken cancel) =>
        _monitor.ExecuteAsync(command, arguments, cancel);

    /// <summary>Ends the machine, and returns when its end is written down.</summary>
    public async Task EndAsync(string reason, string message, CancellationToken cancel)
    {
        if (ProcessId is not null && EndRecord() is null)
        {
            RecordFile.Write(_files.End, new PodMachineEnd(reason, message, _time.GetUtcNow()), PodJson.Default.PodMachineEnd);
            LogEnding(Record.Id, reason, message);
        }

        await _monitor.QuitAsync(cancel);
        await Completion.WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Completion;
        _journal.Dispose();
        if (_guest is { } guest)
        {
            await guest.DisposeAsync();
        }

        _stop.Dispose();
        _connecting.Dispose();
        await _monitor.DisposeAsync();
        _news.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            Pump(isCatchingUp: true);
            while (ProcessId is not null)
            {
                await _news.WaitAsync(Interval, _stop.Token);
                Pump(isCatchingUp: false);
                await EndIfStuckAsync();
            }

            Conclude();
            LogEnded(Record.Id);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The agent ends; the machine does not.
        }
        catch (Exception error)
        {
            LogSupervisionFailed(error, Record.Id);
        }
        finally
        {
            await _monitor.CloseAsync();
        }
    }

    private void Pump(bool isCatchingUp)
    {
        if (!_journal.Pump(isCatchingUp))
        {
            return;
        }

        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
        if (EndRecord() is null && ContainerOutcomes.AreAllOver(Record, [.. _store.Containers(Record.Id).Select(c => (c, _store.StateOf(Record.Id, c.Number)))]))
        {
            RecordFile.Write(_files.End, new PodMachineEnd("Completed", "the pod's containers have ended", _time.GetUtcNow()), PodJson.Default.PodMachineEnd);
            _ = _monitor.QuitAsync(_stop.Token);
        }
    }

    /// <summary>The process is gone: the rest of its output, then how it ended, then what that means for its containers. Safe to repeat.</summary>
    private void Conclude()
    {
        Pump(isCatchingUp: true);
        _journal.WriteCheckpoint();
        var end = EndRecord() ?? new PodMachineEnd(
            _cgroup.WasOutOfMemory() ? "OOMKilled" : "Error",
            _cgroup.WasOutOfMemory() ? "the machine's process went over its memory limit" : "the machine ended: " + Remains(),
            _time.GetUtcNow());
        RecordFile.Write(_files.End, end, PodJson.Default.PodMachineEnd);
        foreach (var container in _store.Containers(Record.Id))
        {
            var state = _store.StateOf(Record.Id, container.Number);
            if (state is { StartedAt: not null, FinishedAt: null })
            {
                RecordFile.Write(_files.State(container.Number), ContainerOutcomes.Lost(state, end), PodJson.Default.PodContainerState);
            }
        }

        _cgroup.Remove();
        foreach (var socket in (string[])[_files.Emulator.Monitor, _files.Agent, _files.Sharing])
        {
            if (Directory.Exists(_files.RunDirectory))
            {
                // After a restart of the node it has gone with everything in /run.
                File.Delete(socket);
            }
        }
    }

    private string Remains() => string.Join("; ", new[] { MachineProcess.TailOf(_files.Emulator.EmulatorLog), MachineProcess.TailOf(_files.Emulator.Console) }.Where(text => text.Length > 0));

    private PodMachineEnd? EndRecord() => RecordFile.TryRead(_files.End, PodJson.Default.PodMachineEnd);

    /// <summary>A guest that the hypervisor stopped for an error of its own would stay so for ever.</summary>
    private async Task EndIfStuckAsync()
    {
        try
        {
            var monitor = await _monitor.ConnectAsync(_stop.Token);
            if (!monitor.Events.TryRead(out _))
            {
                return;
            }

            var state = (await monitor.ExecuteAsync("query-status", null, _stop.Token)).GetProperty("status").GetString();
            if (StuckMessage(state) is { } message && EndRecord() is null)
            {
                RecordFile.Write(_files.End, new PodMachineEnd("Error", message, _time.GetUtcNow()), PodJson.Default.PodMachineEnd);
                LogEnding(Record.Id, "Error", message);
                await _monitor.QuitAsync(_stop.Token);
            }
        }
        catch (QmpUnavailableException)
        {
            // The next round tries again, if the process is still there.
        }
    }

    private string? StuckMessage(string? state) => state switch
    {
        "internal-error" => "the hypervisor stopped the guest with an internal error: " + MachineProcess.TailOf(_files.Emulator.EmulatorLog),
        "io-error" => "the guest was stopped because its disk could not be written",
        "guest-panicked" => "the guest's kernel panicked: " + MachineProcess.TailOf(_files.Emulator.Console),
        _ => null,
    };

    private void RaiseNews()
    {
        try
        {
            _news.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // The loop knows already, or is over.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Information, Message = "machine {Machine} has ended")]
    private partial void LogEnded(string machine);

    [LoggerMessage(Level = LogLevel.Warning, Message = "ending machine {Machine}: {Reason}: {Why}")]
    private partial void LogEnding(string machine, string reason, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "machine {Machine} cannot be supervised")]
    private partial void LogSupervisionFailed(Exception error, string machine);
}
