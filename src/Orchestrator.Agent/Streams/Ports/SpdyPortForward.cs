using System.Globalization;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Streams.Spdy;

namespace Orchestrator.Agent.Streams.Ports;

/// <summary>
/// Port-forward by SPDY, bare or within a WebSocket: for each connection the client opens a pair of streams of one <c>requestID</c>, one for its data and
/// one for what went wrong.
/// </summary>
internal static class SpdyPortForward
{
    public const string Protocol = "portforward.k8s.io";

    public static async Task RunAsync(SpdySession client, IPortSession ports, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, client.Gone);
        var halves = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        var running = new List<Task>();
        try
        {
            await foreach (var stream in client.Accepted.ReadAllAsync(over.Token))
            {
                running.RemoveAll(t => t.IsCompleted);
                if (Pair(stream, halves) is { } pair)
                {
                    running.Add(ConnectAsync(pair, ports, over.Token));
                }
            }
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static StreamPair? Pair(SpdyStream stream, Dictionary<string, SpdyStream> halves)
    {
        var type = stream.Header("streamType");
        if (type is not ("data" or "error"))
        {
            throw new SpdyException($"unexpected stream type \"{type}\"");
        }

        if (!int.TryParse(stream.Header("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is <= 0 or > ushort.MaxValue)
        {
            throw new SpdyException($"unable to parse \"{stream.Header("port")}\" as a port");
        }

        // Old clients sent no id: their pairs follow one another, the error stream first.
        var id = stream.Header("requestID");
        id = id.Length > 0 ? id : string.Create(CultureInfo.InvariantCulture, $"#{(type == "error" ? stream.Id : stream.Id - 2)}");
        if (!halves.Remove(id, out var other))
        {
            halves[id] = stream;
            return null;
        }

        return type == other.Header("streamType") ? throw new SpdyException($"request {id} has two {type} streams")
            : type == "data" ? new StreamPair(port, stream, other)
            : new StreamPair(port, other, stream);
    }

    private static async Task ConnectAsync(StreamPair pair, IPortSession ports, CancellationToken cancel)
    {
        try
        {
            await PortRelay.RunAsync(pair.Data, pair.Error, pair.Port, ports, cancel);
        }
        finally
        {
            pair.Data.Abandon();
            pair.Error.Abandon();
        }
    }

    private sealed record StreamPair(int Port, SpdyStream Data, SpdyStream Error);
}
