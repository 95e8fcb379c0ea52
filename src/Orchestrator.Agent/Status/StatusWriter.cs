using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Telemetry;

namespace Orchestrator.Agent.Status;

/// <summary>Outcome of a write to the API server.</summary>
public enum WriteOutcome
{
    /// <summary>The server has it (or had it already).</summary>
    Done,

    /// <summary>The pod is no longer there, or another of its name is.</summary>
    Gone,

    /// <summary>The server could not be reached or was busy: to be repeated.</summary>
    Retry,
}

/// <summary>Writes statuses of pods, and their deletion when all is done. Never throws for what the server answers.</summary>
public sealed partial class StatusWriter(IKubernetes client, PodRegistry registry, TimeProvider time, ILogger<StatusWriter> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Writes the status, where it differs from the last one known.</summary>
    public async Task<WriteOutcome> WriteAsync(V1Pod pod, V1PodStatus status, CancellationToken cancel)
    {
        if (StatusPatch.Between(pod, status) is not { } patch)
        {
            return WriteOutcome.Done;
        }

        var outcome = await TryAsync(pod, "status", async token =>
        {
            var body = new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch);
            var written = await client.CoreV1.PatchNamespacedPodStatusAsync(body, pod.Metadata.Name, pod.Metadata.NamespaceProperty, cancellationToken: token);
            registry.SetIfNewer(written);
        }, cancel);
        AgentTelemetry.StatusPatches.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
        if (outcome == WriteOutcome.Done && status.Phase == PodPhases.Running && pod.Status?.Phase != PodPhases.Running && pod.Metadata.CreationTimestamp is { } created)
        {
            AgentTelemetry.PodStartDuration.Record((time.GetUtcNow().UtcDateTime - created).TotalSeconds);
        }

        return outcome;
    }

    /// <summary>Deletes the pod for good: nothing of it runs any more.</summary>
    public Task<WriteOutcome> DeleteAsync(V1Pod pod, CancellationToken cancel) => TryAsync(pod, "delete", token =>
        client.CoreV1.DeleteNamespacedPodAsync(
            pod.Metadata.Name,
            pod.Metadata.NamespaceProperty,
            new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } },
            cancellationToken: token), cancel);

    private async Task<WriteOutcome> TryAsync(V1Pod pod, string what, Func<CancellationToken, Task> write, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Timeout);
        try
        {
            await write(limit.Token);
            return WriteOutcome.Done;
        }
        catch (JsonException)
        {
            // A deletion is answered with a Status where the pod is gone at once, which the client takes for a pod.
            return WriteOutcome.Done;
        }
        catch (HttpOperationException error) when (error.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return WriteOutcome.Gone;
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            LogFailed(what, pod.Metadata.NamespaceProperty, pod.Metadata.Name, (error as HttpOperationException)?.Response.Content, error);
            return WriteOutcome.Retry;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Writing {What} of pod {Namespace}/{Name} failed and will be repeated: {Answer}")]
    private partial void LogFailed(string what, string @namespace, string name, string? answer, Exception error);
}
