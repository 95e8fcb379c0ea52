using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Orchestrator.Load.Servers;

/// <param name="Name">metadata.name.</param>
/// <param name="Node">spec.nodeName; empty before it is bound.</param>
/// <param name="IsReady">Condition Ready.</param>
/// <param name="IsGone">It has been deleted for good.</param>
/// <param name="At">When the event came.</param>
internal readonly record struct PodEvent(string Name, string Node, bool IsReady, bool IsGone, long At);

/// <summary>Follows all pods of a server by one watch.</summary>
/// <param name="connect">Opens a connection to it.</param>
/// <param name="changed">Is told every event, one after another; must be quick.</param>
internal sealed class PodWatch(Func<CancellationToken, Task<ApiConnection>> connect, Action<PodEvent> changed)
{
    private readonly ConcurrentDictionary<string, string> _ready = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _line = new(8192);

    /// <summary>Pods that are there and ready.</summary>
    public int ReadyPods => _ready.Count;

    /// <summary>Nodes of the pods that are ready, by the pods' names.</summary>
    public IReadOnlyDictionary<string, string> Ready => _ready;

    /// <summary>Follows until told to end.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var watch = await connect(cancel);
        await watch.StreamAsync(ApiConnection.GetStream("/api/v1/pods?watch=1"), Receive, cancel);
    }

    // An event is a line; those of the answer's head do not begin with a brace.
    private void Receive(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes.Span;
        int end;
        while ((end = rest.IndexOf((byte)'\n')) >= 0)
        {
            _line.Write(rest[..end]);
            if (_line.WrittenCount > 0 && _line.WrittenSpan[0] == (byte)'{')
            {
                Handle(_line.WrittenMemory);
            }

            _line.ResetWrittenCount();
            rest = rest[(end + 1)..];
        }

        _line.Write(rest);
    }

    private void Handle(ReadOnlyMemory<byte> line)
    {
        using var watched = JsonDocument.Parse(line);
        var pod = watched.RootElement.GetProperty("object");
        if (!pod.TryGetProperty("spec", out var spec))
        {
            return;
        }

        var name = pod.GetProperty("metadata").GetProperty("name").GetString()!;
        var isGone = watched.RootElement.GetProperty("type").ValueEquals("DELETED");
        var isEnding = pod.GetProperty("metadata").TryGetProperty("deletionTimestamp", out _);
        var node = spec.TryGetProperty("nodeName", out var bound) ? bound.GetString()! : "";
        var isReady = !isGone && !isEnding && IsReady(pod);
        if (isReady)
        {
            _ready[name] = node;
        }
        else
        {
            _ready.TryRemove(name, out _);
        }

        changed(new PodEvent(name, node, isReady, isGone, Stopwatch.GetTimestamp()));
    }

    private static bool IsReady(JsonElement pod) =>
        pod.TryGetProperty("status", out var status) && status.TryGetProperty("conditions", out var conditions)
        && conditions.EnumerateArray().Any(c => c.GetProperty("type").ValueEquals("Ready") && c.GetProperty("status").ValueEquals("True"));
}
