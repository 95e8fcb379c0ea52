using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Logs;

/// <summary>Finds out from a log how much of each stream is in it.</summary>
internal static class LogPosition
{
    private const int BufferBytes = 128 * 1024;

    /// <param name="log">The log; read from the checkpoint on.</param>
    /// <param name="checkpoint">An earlier position; ignored if the log is shorter.</param>
    /// <returns>The position after the last whole line.</returns>
    public static LogCheckpoint Recover(Stream log, LogCheckpoint? checkpoint)
    {
        var position = checkpoint is not null && checkpoint.LogBytes <= log.Length ? checkpoint : new LogCheckpoint(0, 0, 0);
        log.Position = position.LogBytes;
        var buffer = new byte[BufferBytes];
        var held = 0;
        int read;
        while ((read = log.Read(buffer, held, buffer.Length - held)) > 0)
        {
            held += read;
            var start = 0;
            while (buffer.AsSpan(start, held - start).IndexOf((byte)'\n') is var end and >= 0)
            {
                position = Count(position, buffer.AsSpan(start, end));
                start += end + 1;
            }

            buffer.AsSpan(start, held - start).CopyTo(buffer);
            held -= start;
            if (held == buffer.Length)
            {
                // No line of ours is this long: what follows is not ours, and is cut off.
                break;
            }
        }

        return position;
    }

    private static LogCheckpoint Count(LogCheckpoint position, ReadOnlySpan<byte> line)
    {
        var (isError, bytes) = CriLines.Measure(line) ?? (false, 0);
        return new LogCheckpoint(
            position.LogBytes + line.Length + 1,
            position.StandardOutputBytes + (isError ? 0 : bytes),
            position.StandardErrorBytes + (isError ? bytes : 0));
    }
}
