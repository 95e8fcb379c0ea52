using System.Text;

namespace Orchestrator.Agent.Logs;

/// <summary>Copies a container's log to a client, as asked. Reads in bounded pieces and, when following, until the container has ended.</summary>
public sealed class LogReader(TimeProvider time)
{
    /// <summary>Longest entry taken: runtimes cut lines at 16 KiB. A longer one is passed on in pieces.</summary>
    public const int MaxEntryBytes = 64 * 1024;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="files">A log in CRI format, rotated or not.</param>
    /// <param name="query">What of it.</param>
    /// <param name="output">Receives it.</param>
    /// <param name="mayGrow">Whether the container still runs; asked again before giving up at the end of the file.</param>
    /// <param name="cancel">Cancellation.</param>
    public async Task CopyAsync(LogFiles files, LogQuery query, Stream output, Func<bool> mayGrow, CancellationToken cancel)
    {
        var start = await LogStart.FindAsync(files, query, cancel);
        var copy = new LogCopy(new LogSink(query, output), output, start.Offset);
        // Name of the last rotated file that has been read.
        var last = start.After;
        while (!copy.Sink.IsFull)
        {
            if (Next(files, last) is { } rotated)
            {
                await using var log = TryOpen(rotated);
                if (log is not null)
                {
                    await copy.ReadToEndAsync(log, cancel);
                }

                last = rotated;
            }
            else if (await CopyCurrentAsync(files, last, query.Follow ? mayGrow : static () => false, copy, cancel) is { } left)
            {
                last = left;
            }
            else
            {
                break;
            }
        }

        await output.FlushAsync(cancel);
    }

    /// <summary>Null where there is no such file (any more).</summary>
    internal static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, useAsync: true);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string? Next(LogFiles files, string last) => files.Rotated().FirstOrDefault(f => string.CompareOrdinal(f, last) > 0);

    /// <summary>
    /// Reads the file that is written, until its container has ended: then null; or until another takes its place: then what it is called since. A runtime
    /// may write to the old one for a moment after the new one is there, so the old one is left only when it has been silent for a while.
    /// </summary>
    private async Task<string?> CopyCurrentAsync(LogFiles files, string last, Func<bool> mayGrow, LogCopy copy, CancellationToken cancel)
    {
        const int silentPolls = 2;
        await using var log = TryOpen(files.Current);
        if (Next(files, last) is not null)
        {
            // Rotated between two looks: begin with what it is called now.
            return last;
        }

        for (var silent = 0; !copy.Sink.IsFull;)
        {
            // Asked before reading: what is written between the container's end and this read is still seen.
            var grows = mayGrow();
            if (log is not null && await copy.ReadAsync(log, cancel))
            {
                silent = 0;
                continue;
            }

            await copy.Output.FlushAsync(cancel);
            var renamed = Next(files, last);
            if (renamed is not null && (log is null || !grows || (File.Exists(files.Current) && ++silent >= silentPolls)))
            {
                if (log is not null)
                {
                    await copy.EndFileAsync(cancel);
                    return renamed;
                }

                return last;
            }

            if (renamed is null && (!grows || (log is null && File.Exists(files.Current))))
            {
                await copy.EndFileAsync(cancel);
                return grows ? last : null;
            }

            await Task.Delay(PollInterval, time, cancel);
        }

        return null;
    }

    /// <summary>What is read but not yet a whole entry, and where entries go.</summary>
    private sealed class LogCopy(LogSink sink, Stream output, long offset)
    {
        private readonly byte[] _buffer = new byte[MaxEntryBytes];
        private int _filled;
        private long _offset = offset;

        public LogSink Sink => sink;

        public Stream Output => output;

        public async Task ReadToEndAsync(FileStream log, CancellationToken cancel)
        {
            while (!sink.IsFull && await ReadAsync(log, cancel))
            {
            }

            await EndFileAsync(cancel);
        }

        /// <summary>False at the end of the file.</summary>
        public async Task<bool> ReadAsync(FileStream log, CancellationToken cancel)
        {
            if (_offset > 0)
            {
                log.Position = _offset;
                _offset = 0;
            }

            var read = await log.ReadAsync(_buffer.AsMemory(_filled), cancel);
            _filled += read;
            await ConsumeAsync(atEnd: false, cancel);
            return read > 0;
        }

        /// <summary>What is left is an entry, if a cut one.</summary>
        public Task EndFileAsync(CancellationToken cancel)
        {
            _offset = 0;
            return ConsumeAsync(atEnd: true, cancel);
        }

        private async Task ConsumeAsync(bool atEnd, CancellationToken cancel)
        {
            var consumed = await LogReader.ConsumeAsync(_buffer.AsMemory(0, _filled), atEnd, sink, cancel);
            _buffer.AsSpan(consumed, _filled - consumed).CopyTo(_buffer);
            _filled -= consumed;
        }
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
