using System.Text;

namespace Orchestrator.Agent.Logs;

/// <summary>Copies a container's log to a client, as asked. Reads in bounded pieces and, when following, until the container has ended.</summary>
public sealed class LogReader(TimeProvider time)
{
    /// <summary>Longest entry taken: runtimes cut lines at 16 KiB. A longer one is passed on in pieces.</summary>
    public const int MaxEntryBytes = 64 * 1024;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="path">A log file in CRI format.</param>
    /// <param name="query">What of it.</param>
    /// <param name="output">Receives it.</param>
    /// <param name="mayGrow">Whether the container still runs; asked again before giving up at the end of the file.</param>
    public async Task CopyAsync(string path, LogQuery query, Stream output, Func<bool> mayGrow, CancellationToken cancel)
    {
        await using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, useAsync: true);
        log.Position = query.TailLines is { } lines ? await LogTail.OffsetAsync(log, lines, cancel) : 0;
        var sink = new LogSink(query, output);
        var buffer = new byte[MaxEntryBytes];
        var filled = 0;
        while (!sink.IsFull)
        {
            // Asked before reading: what is written between the container's end and this read is still seen.
            var grows = query.Follow && mayGrow();
            var read = await log.ReadAsync(buffer.AsMemory(filled), cancel);
            filled += read;
            var consumed = await ConsumeAsync(buffer.AsMemory(0, filled), atEnd: read == 0 && !grows, sink, cancel);
            buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
            filled -= consumed;
            if (read == 0)
            {
                await output.FlushAsync(cancel);
                if (!grows)
                {
                    return;
                }

                await Task.Delay(PollInterval, time, cancel);
            }
        }

        await output.FlushAsync(cancel);
    }

    private static async Task<int> ConsumeAsync(ReadOnlyMemory<byte> data, bool atEnd, LogSink sink, CancellationToken cancel)
    {
        var consumed = 0;
        while (!sink.IsFull && consumed < data.Length)
        {
            var newline = data.Span[consumed..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                if (!atEnd && (consumed > 0 || data.Length < MaxEntryBytes))
                {
                    break;
                }

                newline = data.Length - consumed;
            }

            await sink.WriteAsync(data.Slice(consumed, newline), cancel);
            consumed = Math.Min(data.Length, consumed + newline + 1);
        }

        return consumed;
    }

    /// <summary>Puts entries together to lines again, with or without their times.</summary>
    private sealed class LogSink(LogQuery query, Stream output)
    {
        private static readonly byte[] Space = Encoding.ASCII.GetBytes(" ");
        private static readonly byte[] NewLine = Encoding.ASCII.GetBytes("\n");

        private long _left = query.LimitBytes ?? long.MaxValue;
        private bool _atLineStart = true;
        private bool _started = query.Since is null;

        public bool IsFull => _left <= 0;

        public async Task WriteAsync(ReadOnlyMemory<byte> entry, CancellationToken cancel)
        {
            if (!LogLine.TryParse(entry, out var line))
            {
                return;
            }

            // Entries are in order of time, so only the first ones have to be compared.
            _started = _started || line.Time >= query.Since;
            if (!_started)
            {
                return;
            }

            if (_atLineStart && query.Timestamps)
            {
                await PutAsync(line.Timestamp, cancel);
                await PutAsync(Space, cancel);
            }

            await PutAsync(line.Text, cancel);
            _atLineStart = !line.IsPartial;
            if (_atLineStart)
            {
                await PutAsync(NewLine, cancel);
            }
        }

        private async Task PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            var allowed = (int)Math.Min(bytes.Length, _left);
            await output.WriteAsync(bytes[..allowed], cancel);
            _left -= allowed;
        }
    }
}
