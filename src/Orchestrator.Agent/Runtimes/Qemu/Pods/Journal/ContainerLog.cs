using System.Buffers;
using Orchestrator.Agent.Runtimes.Qemu.Logs;
using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Journal;

/// <summary>
/// A container's log in CRI format. How much of each stream is in it follows from the log itself (see <see cref="CriLines"/>), and every piece of output says where in its
/// stream it begins: so a piece that comes again after a crash is recognised, and no line is lost or doubled.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    private readonly string _path;
    private readonly ArrayBufferWriter<byte>[] _unfinished = [new(), new()];
    private FileStream _file;
    private readonly long[] _logged;

    private ContainerLog(string path, FileStream file, LogCheckpoint position)
    {
        (_path, _file) = (path, file);
        _logged = [position.StandardOutputBytes, position.StandardErrorBytes];
    }

    /// <summary>Where it is; whole only after <see cref="Flush"/>.</summary>
    public LogCheckpoint Position => new(_file.Position, _logged[0], _logged[1]);

    /// <summary>Opens the log, cutting off what a crash left of a line.</summary>
    /// <param name="path">The log.</param>
    /// <param name="checkpoint">An earlier position; null for none.</param>
    public static ContainerLog Open(string path, LogCheckpoint? checkpoint)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // One that was taken away, to be rotated, had all that the checkpoint counts.
        var known = checkpoint is not null && !File.Exists(path) ? checkpoint with { LogBytes = 0 } : checkpoint;
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            var position = LogPosition.Recover(file, known);
            file.SetLength(position.LogBytes);
            file.Position = position.LogBytes;
            return new ContainerLog(path, file, position);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds output.</summary>
    /// <param name="isError">Of standard error.</param>
    /// <param name="offset">Where in its stream it begins.</param>
    /// <param name="data">The output.</param>
    /// <param name="now">Time for its lines.</param>
    public void Append(bool isError, long offset, ReadOnlySpan<byte> data, DateTimeOffset now)
    {
        var stream = isError ? 1 : 0;
        var known = _logged[stream] + _unfinished[stream].WrittenCount;
        if (offset + data.Length <= known)
        {
            return;
        }

        _unfinished[stream].Write(offset < known ? data[(int)(known - offset)..] : data);
        Write(stream, now, isLast: false);
    }

    /// <summary>Writes unfinished lines too, as parts of lines.</summary>
    public void Flush(DateTimeOffset now)
    {
        Write(0, now, isLast: true);
        Write(1, now, isLast: true);
    }

    /// <summary>Goes on in a new file: the old one has been renamed.</summary>
    public void Reopen(DateTimeOffset now)
    {
        Flush(now);
        var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.Position = file.Length;
        _file.Dispose();
        _file = file;
    }

    public void Dispose() => _file.Dispose();

    private void Write(int stream, DateTimeOffset now, bool isLast)
    {
        var unfinished = _unfinished[stream];
        if (unfinished.WrittenCount == 0)
        {
            return;
        }

        using var lines = new MemoryStream(unfinished.WrittenCount + (unfinished.WrittenCount / 4) + 64);
        var taken = CriLines.Format(unfinished.WrittenSpan, stream == 1 ? CriLines.StandardError : CriLines.StandardOutput, now, isLast, lines);
        // One write: readers see whole lines.
        _file.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
        _logged[stream] += taken;
        var rest = unfinished.WrittenSpan[taken..].ToArray();
        unfinished.Clear();
        unfinished.Write(rest);
    }
}
