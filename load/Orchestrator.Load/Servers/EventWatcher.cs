using System.Diagnostics;
using System.Text;
using Orchestrator.Load.Measuring;

namespace Orchestrator.Load.Servers;

/// <summary>One watch; tells when the first event of each object arrived, against when the writer sent it.</summary>
/// <param name="connection">Its connection.</param>
/// <param name="prefix">Names of the objects begin with it; their number follows.</param>
/// <param name="sentAt">By number, when the object was sent.</param>
internal sealed class EventWatcher(ApiConnection connection, string prefix, long[] sentAt)
{
    private readonly byte[] _marker = Encoding.ASCII.GetBytes($"\"name\":\"{prefix}");
    private readonly bool[] _seen = new bool[sentAt.Length];
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _carried = new byte[64];
    private int _carriedBytes;

    private RoundRecorder? _recorder;
    private long _count;
    private long _lastAt;

    /// <summary>Objects seen.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>When the last was seen.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Begins to count anew, into the recorder. Not while events come.</summary>
    public void Restart(RoundRecorder recorder)
    {
        Volatile.Write(ref _recorder, recorder);
        Volatile.Write(ref _count, 0);
    }

    /// <summary>Ends when the server has accepted the watch.</summary>
    public Task Open => _open.Task;

    public Task RunAsync(string path, CancellationToken cancel) => connection.StreamAsync(ApiConnection.GetStream(path), Receive, cancel);

    private void Receive(ReadOnlyMemory<byte> bytes)
    {
        var now = Stopwatch.GetTimestamp();
        _open.TrySetResult();

        // A name may be cut in two by a read: the tail of the last one is looked at again.
        byte[] joined = [.. _carried.AsSpan(0, _carriedBytes), .. bytes.Span];
        var rest = joined.AsSpan();
        int at;
        while ((at = rest.IndexOf(_marker)) >= 0)
        {
            var digits = rest[(at + _marker.Length)..];
            var end = digits.IndexOf((byte)'"');
            if (end < 0)
            {
                break;
            }

            if (System.Buffers.Text.Utf8Parser.TryParse(digits[..end], out int number, out _) && !_seen[number])
            {
                _seen[number] = true;
                Volatile.Read(ref _recorder)?.Completed(Volatile.Read(ref sentAt[number]), now);
                Volatile.Write(ref _lastAt, now);
                Volatile.Write(ref _count, _count + 1);
            }

            rest = digits[end..];
        }

        rest = rest.Length > _carried.Length ? rest[^_carried.Length..] : rest;
        rest.CopyTo(_carried);
        _carriedBytes = rest.Length;
    }
}
