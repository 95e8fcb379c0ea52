using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Subresources.Agents;

namespace Orchestrator.Api.Usage;

/// <summary>What a node's agent measured, or why that is not known.</summary>
/// <param name="Summary">kubelet's stats summary.</param>
internal sealed record NodeReading(JsonObject? Summary, string? Fault);

/// <summary>
/// Asks agents what is used on their nodes. An answer, and that there is none, is kept for some seconds and shared by all who ask; few agents are asked at
/// once and none for long, so that one which hangs does not keep the others' figures.
/// </summary>
internal sealed class AgentStats(AgentEndpoints agents, TimeProvider time) : IDisposable
{
    private const int MaxAtOnce = 32;
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Kept readings of nodes that are gone; past this many all are dropped.</summary>
    private const int MaxKept = 20_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    // An agent that nobody has asked for a while measures over a second.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(6);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Task<NodeReading> Reading)> _readings = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _asking = new(MaxAtOnce, MaxAtOnce);
    private readonly Lock _gate = new();

    public Task<NodeReading> ReadAsync(string node, CancellationToken cancel)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_readings.TryGetValue(node, out var kept) && (!kept.Reading.IsCompleted || now - kept.At < Fresh))
            {
                return kept.Reading.WaitAsync(cancel);
            }

            if (_readings.Count >= MaxKept)
            {
                _readings.Clear();
            }

            // Not the caller's to cancel: others may wait for the same.
            var reading = AskAsync(node);
            _readings[node] = (now, reading);
            return reading.WaitAsync(cancel);
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<NodeReading> AskAsync(string node)
    {
        var endpoint = agents.Find(node);
        if (endpoint.Failed)
        {
            return new NodeReading(null, endpoint.Error!.Message);
        }

        await _asking.WaitAsync();
        try
        {
            using var limit = new CancellationTokenSource(Timeout, time);
            using var response = await agents.Client.GetAsync(new Uri(endpoint.Value, "stats/summary"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if ((int)response.StatusCode != StatusCodes.Status200OK)
            {
                return new NodeReading(null, (await AgentRefusal.OfAsync(response, limit.Token)).Message);
            }

            await response.Content.LoadIntoBufferAsync(MaxBytes, limit.Token);
            return new NodeReading(JsonTree.ParseStored(await response.Content.ReadAsByteArrayAsync(limit.Token)), null);
        }
        catch (OperationCanceledException)
        {
            return new NodeReading(null, $"its agent did not answer within {Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            return new NodeReading(null, $"its agent cannot be reached: {e.InnerException?.Message ?? e.Message}");
        }
        catch (JsonException e)
        {
            return new NodeReading(null, $"its agent answered what is no summary: {e.Message}");
        }
        finally
        {
            _asking.Release();
        }
    }
}
