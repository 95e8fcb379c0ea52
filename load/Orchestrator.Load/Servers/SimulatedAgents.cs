using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Orchestrator.Load.Servers;

/// <summary>
/// What the agents of many nodes do about pods, without running anything: they say that bound pods run and are ready, and let go of pods that are to
/// end. One process plays them all, so one watch of all pods takes the place of one for each node.
/// </summary>
internal sealed class SimulatedAgents(ServerProcess server)
{
    private const int Workers = 8;

    private readonly Channel<byte[]> _requests = Channel.CreateUnbounded<byte[]>();
    private readonly ConcurrentDictionary<string, bool> _ready = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _line = new(8192);

    /// <summary>Pods that are there and ready.</summary>
    public int ReadyPods => _ready.Count;

    /// <summary>Plays the agents until it is told to end.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var watch = await server.ConnectAsync(cancel);
        var workers = Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancel));
        try
        {
            // None of them ends by itself: the first that does has failed, or the server has ended the watch.
            await await Task.WhenAny([watch.StreamAsync(ApiConnection.GetStream("/api/v1/pods?watch=1"), Receive, cancel), .. workers]);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        using var connection = await server.ConnectAsync(cancel);
        await foreach (var request in _requests.Reader.ReadAllAsync(cancel))
        {
            try
            {
                await connection.SendAsync(request, expected: 200);
            }
            catch (HttpRequestException e) when (e.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Conflict)
            {
                // Ended by somebody else meanwhile.
            }
        }
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
        var metadata = pod.GetProperty("metadata");
        var path = $"/api/v1/namespaces/{metadata.GetProperty("namespace")}/pods/{metadata.GetProperty("name")}";
        if (watched.RootElement.GetProperty("type").ValueEquals("DELETED"))
        {
            _ready.TryRemove(path, out _);
        }
        else if (metadata.TryGetProperty("deletionTimestamp", out _))
        {
            _ready.TryRemove(path, out _);
            _requests.Writer.TryWrite(ApiConnection.WithBody("DELETE", path, "application/json", "{\"gracePeriodSeconds\":0}"));
        }
        else if (pod.GetProperty("spec").TryGetProperty("nodeName", out _) && _ready.TryAdd(path, true))
        {
            _requests.Writer.TryWrite(ApiConnection.MergePatch(path + "/status", RunningStatus()));
        }
    }

    private static string RunningStatus()
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var conditions = string.Join(',', ((string[])["PodScheduled", "Initialized", "ContainersReady", "Ready"]).Select(c => $"{{\"type\":\"{c}\",\"status\":\"True\",\"lastTransitionTime\":\"{now}\"}}"));
        return $"{{\"status\":{{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\",\"startTime\":\"{now}\",\"conditions\":[{conditions}],\"containerStatuses\":[{{\"name\":\"main\",\"image\":\"web\",\"imageID\":\"\",\"ready\":true,\"restartCount\":0,\"state\":{{\"running\":{{\"startedAt\":\"{now}\"}}}}}}]}}}}";
    }
}
