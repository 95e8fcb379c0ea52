using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Agent.Platform;
using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Runtimes.Qemu.Pods.Wire;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Journal;

/// <summary>
/// Brings what a guest has written into its journal to where it belongs: output into logs, starts and ends into the containers' states. The emulator appends to the journal
/// whether or not an agent runs. What has been brought over is given back to the file system; a restarted agent goes on at the last checkpoint.
/// </summary>
internal sealed class PodJournal : IDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const long CheckpointEveryBytes = 1 << 20;

    private readonly PodMachineFiles _files;
    private readonly PodMachineStore _store;
    private readonly string _machineId;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PodContainerRecord> _containers = [];
    private readonly Dictionary<uint, ContainerLog> _logs = [];
    private readonly JournalCheckpoint? _recovered;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private SafeFileHandle? _file;
    private long _position;
    private long _checkpointAt;

    public PodJournal(PodMachineStore store, string machineId, TimeProvider time)
    {
        (_store, _machineId, _time) = (store, machineId, time);
        _files = store.Files(machineId);
        _recovered = RecordFile.TryRead(_files.Checkpoint, PodJson.Default.JournalCheckpoint);
        _position = _checkpointAt = _recovered?.JournalBytes ?? 0;
    }

    /// <summary>Brings over what is new; true if a container's state has changed.</summary>
    /// <param name="isCatchingUp">The guest wrote it while no agent looked: the journal's own time tells better when.</param>
    public bool Pump(bool isCatchingUp)
    {
        lock (_gate)
        {
            return PumpAll(isCatchingUp);
        }
    }

    /// <summary>Writes down how far it is, with all unfinished lines.</summary>
    public void WriteCheckpoint()
    {
        lock (_gate)
        {
            SaveCheckpoint();
        }
    }

    /// <summary>Has a log go on in a new file, its old one having been renamed.</summary>
    public void Reopen(PodContainerRecord container)
    {
        lock (_gate)
        {
            LogOf(container).Reopen(_time.GetUtcNow());
            SaveCheckpoint();
        }
    }

    /// <summary>Lets go of a container that is being removed.</summary>
    public void Forget(uint number)
    {
        lock (_gate)
        {
            _containers.Remove(number);
            if (_logs.Remove(number, out var log))
            {
                log.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var log in _logs.Values)
            {
                log.Dispose();
            }

            _logs.Clear();
            _file?.Dispose();
        }
    }

    private bool PumpAll(bool isCatchingUp)
    {
        if (_file is null)
        {
            if (!File.Exists(_files.Journal))
            {
                return false;
            }

            // Writable only so that what has been read can be given back.
            _file = File.OpenHandle(_files.Journal, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }

        var changed = false;
        int read;
        while ((read = RandomAccess.Read(_file, _chunk, _position)) > 0)
        {
            var buffer = new ReadOnlySequence<byte>(_chunk, 0, read);
            var start = buffer.Start;
            while (GuestFrame.TryTake(ref buffer, out var frame))
            {
                changed |= Handle(frame, isCatchingUp ? new DateTimeOffset(File.GetLastWriteTimeUtc(_files.Journal), TimeSpan.Zero) : _time.GetUtcNow());
            }

            var taken = new ReadOnlySequence<byte>(_chunk, 0, read).Slice(0, buffer.Start).Length;
            if (taken == 0)
            {
                break;
            }

            _position += taken;
            if (_position - _checkpointAt >= CheckpointEveryBytes)
            {
                SaveCheckpoint();
            }
        }

        return changed;
    }

    private void SaveCheckpoint()
    {
        foreach (var log in _logs.Values)
        {
            log.Flush(_time.GetUtcNow());
        }

        var logs = _logs.ToDictionary(pair => pair.Key, pair => pair.Value.Position);
        foreach (var (number, position) in _recovered?.Logs ?? new Dictionary<uint, LogCheckpoint>())
        {
            logs.TryAdd(number, position);
        }

        RecordFile.Write(_files.Checkpoint, new JournalCheckpoint(_position, logs), PodJson.Default.JournalCheckpoint);
        _checkpointAt = _position;
        if (_file is not null && _position > 0)
        {
            Posix.PunchHole(_file, _position);
        }
    }

    private bool Handle(GuestFrame frame, DateTimeOffset at)
    {
        if (frame.Kind is GuestFrameKind.Booted || ContainerOf(frame.Id) is not { } container)
        {
            return false;
        }

        var payload = frame.Payload.Span;
        if (frame.Kind is GuestFrameKind.Output)
        {
            if (payload.Length > 9)
            {
                LogOf(container).Append(payload[0] == GuestChannel.Error, BinaryPrimitives.ReadInt64LittleEndian(payload[1..]), payload[9..], at);
            }

            return false;
        }

        var state = _store.StateOf(_machineId, container.Number);
        switch (frame.Kind)
        {
            case GuestFrameKind.Started when state.StartedAt is null:
                return Save(container, state with { StartedAt = at });
            case GuestFrameKind.Failed when state.FinishedAt is null:
                return Save(container, new PodContainerState(at, at, ExitCodes.CannotRun, "StartError", Encoding.UTF8.GetString(payload)));
            case GuestFrameKind.Exited when state.FinishedAt is null && payload.Length >= 2:
                LogOf(container).Flush(at);
                return Save(container, ContainerOutcomes.Exited(state, payload[0], payload[1] != 0, at));
            default:
                return false;
        }
    }

    private bool Save(PodContainerRecord container, PodContainerState state)
    {
        RecordFile.Write(_files.State(container.Number), state, PodJson.Default.PodContainerState);
        return true;
    }

    private PodContainerRecord? ContainerOf(uint number)
    {
        if (!_containers.TryGetValue(number, out var container)
            && RecordFile.TryRead(Path.Combine(_files.Container(number), PodMachineFiles.RecordName), PodJson.Default.PodContainerRecord) is { } read)
        {
            container = _containers[number] = read;
        }

        return container;
    }

    private ContainerLog LogOf(PodContainerRecord container)
    {
        if (!_logs.TryGetValue(container.Number, out var log))
        {
            log = _logs[container.Number] = ContainerLog.Open(container.LogPath, _recovered?.Logs.GetValueOrDefault(container.Number));
        }

        return log;
    }
}
