using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Logs;

/// <summary>A file that QEMU appends a guest's output to, read from a position on.</summary>
internal sealed class RawStream(string name, string path, long position) : IDisposable
{
    private FileStream? _file;
    private long _releasedBytes;

    public string Name { get; } = name;

    /// <summary>Bytes that are in the log.</summary>
    public long Position { get; set; } = position;

    public int ReadInto(byte[] chunk)
    {
        if (_file is null)
        {
            if (!File.Exists(path))
            {
                return 0;
            }

            // Writable only so that what has been read can be given back.
            _file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }

        return RandomAccess.Read(_file.SafeFileHandle, chunk, Position);
    }

    /// <summary>Frees the room of what has been read; the file's length and offsets stay.</summary>
    public void Release()
    {
        if (_file is not null && Position > _releasedBytes)
        {
            Posix.PunchHole(_file.SafeFileHandle, Position);
            _releasedBytes = Position;
        }
    }

    public void Dispose() => _file?.Dispose();
}
