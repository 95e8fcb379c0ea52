using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Logs;

/// <summary>
/// Brings a machine's raw output into its log. QEMU appends the raw bytes to files whether or not an agent runs; the pump follows them.
/// Where it left off follows from the log itself (see <see cref="CriLines"/>), so no line is lost or doubled however the agent ends;
/// a checkpoint only saves reading a long log again. What is in the log is given back to the file system from the raw files.
/// </summary>
internal sealed class LogPump : IDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const long CheckpointEveryBytes = 1 << 20;

    private readonly MachineDirectory _files;
    private readonly TimeProvider _time;
    private FileStream _log;
    private readonly RawStream[] _streams;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private long _checkpointAt;

    private LogPump(MachineDirectory files, FileStream log, LogCheckpoint position, TimeProvider time)
    {
        _files = files;
        _log = log;
        _time = time;
        _checkpointAt = position.LogBytes;
        _streams =
        [
            new RawStream(CriLines.StandardOutput, files.StandardOutput, position.StandardOutputBytes),
            new RawStream(CriLines.StandardError, files.StandardError, position.StandardErrorBytes),
        ];
    }

    /// <summary>Opens the log, cutting off what a crash left of a line, and finds out how far it is.</summary>
    public static LogPump Open(MachineDirectory files, string logPath, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(logPath)!);
        var log = new FileStream(logPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            var position = LogPosition.Recover(log, RecordFile.TryRead(files.LogCheckpoint, MachineJson.Default.LogCheckpoint));
            log.SetLength(position.LogBytes);
            log.Position = position.LogBytes;
            return new LogPump(files, log, position, time);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Goes on in a new log, after the old one was renamed: how far the raw output is written is noted at once, since the new log does not tell.</summary>
    public void Reopen(string logPath)
    {
        _log.Dispose();
        _log = new FileStream(logPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _log.Position = _log.Length;
        WriteCheckpoint();
    }

    /// <summary>Writes what is new; true if there was anything.</summary>
    /// <param name="isLast">No more will come: the rest of an unfinished line is written too.</param>
    public bool Pump(bool isLast)
    {
        var moved = false;
        foreach (var stream in _streams)
        {
            while (stream.ReadInto(_chunk) is var read and > 0)
            {
                using var lines = new MemoryStream(read + (read / 4));
                var taken = CriLines.Format(_chunk.AsSpan(0, read), stream.Name, _time.GetUtcNow(), isLast && read < _chunk.Length, lines);
                if (taken == 0)
                {
                    break;
                }

                // One write: readers see whole lines.
                _log.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
                stream.Position += taken;
                moved = true;
            }
        }

        if (_log.Position - _checkpointAt >= CheckpointEveryBytes)
        {
            WriteCheckpoint();
        }

        return moved;
    }

    public void Dispose()
    {
        _log.Dispose();
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }

    private void WriteCheckpoint()
    {
        _log.Flush(flushToDisk: true);
        RecordFile.Write(_files.LogCheckpoint, new LogCheckpoint(_log.Position, _streams[0].Position, _streams[1].Position), MachineJson.Default.LogCheckpoint);
        _checkpointAt = _log.Position;
        foreach (var stream in _streams)
        {
            stream.Release();
        }
    }
}
