using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Speaks with QEMU's agent in a guest (docs/interop/qemu-ga.json): one question per connection, since the port has one.</summary>
internal static class GuestAgent
{
    private const int MostAnswerBytes = 16 << 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static int _lastSync;

    // The port is one for all that ask.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, SemaphoreSlim> Ports = new(StringComparer.Ordinal);

    /// <exception cref="RuntimeRefusalException">It does not answer in time, or refuses.</exception>
    public static async Task<JsonElement> AskAsync(string socketPath, string command, JsonObject? arguments, TimeProvider time, CancellationToken cancel)
    {
        var port = Ports.GetOrAdd(socketPath, static _ => new SemaphoreSlim(1, 1));
        await port.WaitAsync(cancel);
        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await using var stream = await InstanceRuntime.ConnectAsync(socketPath, either.Token);
            // What an earlier question left behind comes first: the sync's own answer is recognised by its number.
            var id = Interlocked.Increment(ref _lastSync);
            await SendAsync(stream, "guest-sync", new JsonObject { ["id"] = id }, either.Token);
            using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
            while ((await ReadAsync(reader, either.Token)).TryGetProperty("return", out var synced) && !(synced.ValueKind == JsonValueKind.Number && synced.GetInt64() == id))
            {
                // An answer to somebody who did not wait for it.
            }

            await SendAsync(stream, command, arguments, either.Token);
            var answer = await ReadAsync(reader, either.Token);
            return answer.TryGetProperty("return", out var value) ? value : throw Refusal(answer);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeRefusalException("AgentNotConnected", "the guest's agent does not answer", error);
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw new RuntimeRefusalException("AgentNotConnected", $"the guest's agent cannot be understood: {error.Message}", error);
        }
        finally
        {
            port.Release();
        }
    }

    /// <summary>Tells it what it does not answer: shutdowns.</summary>
    public static async Task TellAsync(string socketPath, string command, JsonObject? arguments, CancellationToken cancel)
    {
        await using var stream = await InstanceRuntime.ConnectAsync(socketPath, cancel);
        await SendAsync(stream, command, arguments, cancel);
    }

    private static RuntimeRefusalException Refusal(JsonElement answer) =>
        new("AgentRefused", answer.TryGetProperty("error", out var error) && error.TryGetProperty("desc", out var why) ? why.GetString() ?? "" : answer.GetRawText());

    private static async Task SendAsync(Stream stream, string command, JsonObject? arguments, CancellationToken cancel)
    {
        var question = new JsonObject { ["execute"] = command };
        if (arguments is not null)
        {
            question["arguments"] = arguments;
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(question.ToJsonString() + "\n"), cancel);
    }

    private static async Task<JsonElement> ReadAsync(StreamReader reader, CancellationToken cancel)
    {
        var line = await reader.ReadLineAsync(cancel) ?? throw new IOException("it has closed the connection");
        using var document = line.Length <= MostAnswerBytes ? JsonDocument.Parse(line.TrimStart('\u00ff')) : throw new IOException("its answer is too long");
        return document.RootElement.Clone();
    }
}
