using System.Diagnostics;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Servers;

/// <summary>One watch; tells when each change arrived, against when the writer sent it.</summary>
internal sealed class EventWatcher(ApiConnection connection, long[] sentAt)
{
    private static readonly byte[] Marker = "\"name\":\"event-"u8.ToArray();

    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _carried = new byte[64];
    private int _carriedBytes;

    /// <summary>Not to be read while the watch runs.</summary>
    public LatencyHistogram Latencies { get; private set; } = new();

    /// <summary>Ends when the server has accepted the watch.</summary>
    public Task Open => _open.Task;

    public Task RunAsync(string path, CancellationToken cancel) => connection.StreamAsync(ApiConnection.Get(path), Receive, cancel);

    private void Receive(ReadOnlyMemory<byte> bytes)
    {
        var now = Stopwatch.GetTimestamp();
        _open.TrySetResult();

        // A name may be cut in two by a read: the tail of the last one is looked at again.
        byte[] joined = [.. _carried.AsSpan(0, _carriedBytes), .. bytes.Span];
        var rest = joined.AsSpan();
        int at;
        while ((at = rest.IndexOf(Marker)) >= 0)
        {
            var digits = rest[(at + Marker.Length)..];
            var end = digits.IndexOf((byte)'"');
            if (end < 0)
            {
                break;
            }

            _ = System.Buffers.Text.Utf8Parser.TryParse(digits[..end], out int number, out _);
            Latencies.Record(Stopwatch.GetElapsedTime(Volatile.Read(ref sentAt[number]), now));
            rest = digits[end..];
        }

        rest = rest.Length > _carried.Length ? rest[^_carried.Length..] : rest;
        rest.CopyTo(_carried);
        _carriedBytes = rest.Length;
    }
}
