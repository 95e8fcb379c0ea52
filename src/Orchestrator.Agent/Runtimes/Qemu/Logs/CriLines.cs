using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Runtimes.Qemu.Logs;

/// <summary>
/// The CRI log format, <c>TIME STREAM TAG CONTENT</c>, where tag F ends a line and P does not. The content of all lines of one stream,
/// with a line feed for each F, is exactly what the stream carried, which is how a reader can tell how much of it is in a log.
/// </summary>
internal static class CriLines
{
    public const string StandardOutput = "stdout";
    public const string StandardError = "stderr";

    /// <summary>Longer lines are split, as containerd does.</summary>
    public const int MostContentBytes = 16 * 1024;

    /// <summary>Formats as much of <paramref name="raw"/> as can be: whole lines, full parts of long lines, and the rest if no more will follow.</summary>
    /// <returns>How many bytes of <paramref name="raw"/> were taken.</returns>
    public static int Format(ReadOnlySpan<byte> raw, string stream, DateTimeOffset time, bool isLast, Stream output)
    {
        var taken = 0;
        var stamp = Encoding.ASCII.GetBytes(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture) + " " + stream + " ");
        while (taken < raw.Length)
        {
            var rest = raw[taken..];
            var end = rest[..Math.Min(rest.Length, MostContentBytes + 1)].IndexOf((byte)'\n');
            var isWhole = end >= 0;
            var length = isWhole ? end : Math.Min(rest.Length, MostContentBytes);
            if (!isWhole && length < MostContentBytes && !isLast)
            {
                return taken;
            }

            output.Write(stamp);
            output.Write(isWhole ? "F "u8 : "P "u8);
            output.Write(rest[..length]);
            output.WriteByte((byte)'\n');
            taken += length + (isWhole ? 1 : 0);
        }

        return taken;
    }

    /// <summary>How many raw bytes one line of the log stands for; null if it is not a line of the format.</summary>
    /// <param name="line">Without its line feed.</param>
    public static (bool IsError, int RawBytes)? Measure(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        if (first < 0 || !Utf8Parser.TryParse(line[..Math.Min(first, 4)], out int _, out _))
        {
            return null;
        }

        var rest = line[(first + 1)..];
        var isError = rest.StartsWith("stderr "u8);
        if ((!isError && !rest.StartsWith("stdout "u8)) || rest.Length < 9 || rest[8] != ' ' || rest[7] is not ((byte)'F' or (byte)'P'))
        {
            return null;
        }

        return (isError, rest.Length - 9 + (rest[7] == 'F' ? 1 : 0));
    }
}
