using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Logs;

/// <summary>One line of a CRI log file: <c>TIME STREAM TAGS TEXT</c>, where the first tag is P for a part of a longer line or F for a full (or last) one.</summary>
/// <param name="Timestamp">As written, RFC 3339 with nanoseconds.</param>
/// <param name="IsPartial">The line goes on in the next entry.</param>
public readonly record struct LogLine(ReadOnlyMemory<byte> Timestamp, bool IsPartial, ReadOnlyMemory<byte> Text)
{
    /// <summary>Parses an entry without its newline; false if it is not one.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> entry, out LogLine line)
    {
        line = default;
        var span = entry.Span;
        var time = span.IndexOf((byte)' ');
        if (time <= 0)
        {
            return false;
        }

        var stream = span[(time + 1)..].IndexOf((byte)' ') + time + 1;
        if (stream <= time + 1)
        {
            return false;
        }

        var rest = span[(stream + 1)..].IndexOf((byte)' ');
        var tagEnd = rest < 0 ? span.Length : stream + 1 + rest;
        var tag = span[(stream + 1)..tagEnd];
        if (tag.IsEmpty || tag[0] is not ((byte)'P' or (byte)'F'))
        {
            return false;
        }

        line = new LogLine(entry[..time], tag[0] == (byte)'P', rest < 0 ? default : entry[(tagEnd + 1)..]);
        return true;
    }

    public DateTimeOffset? Time =>
        DateTimeOffset.TryParse(Encoding.ASCII.GetString(Timestamp.Span), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
