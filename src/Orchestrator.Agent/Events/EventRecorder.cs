using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Telemetry;

namespace Orchestrator.Agent.Events;

/// <summary>
/// Sends events to the API, one after the other. The same thing happening again raises the count of the event that is there, and a pod
/// has a budget, so that a container that crashes for days costs little.
/// </summary>
public sealed partial class EventRecorder(IKubernetes client, AgentOptions options, TimeProvider time, ILogger<EventRecorder> logger) : BackgroundService, IEventSink
{
    private const int QueueLength = 1024;
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);

    private readonly Channel<Corev1Event> _queue = Channel.CreateBounded<Corev1Event>(
        new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest }, _ => AgentTelemetry.EventsDropped.Add(1));

    private readonly EventAggregator _aggregator = new(time);

    public void Record(V1Pod pod, string reason, string message, bool isWarning = false)
    {
        const int maxMessageLength = 1024;
        var now = time.GetUtcNow().UtcDateTime;
        var text = message.Length <= maxMessageLength ? message : message[..maxMessageLength];
        if (_aggregator.Count(pod.Metadata.Uid, $"{reason}\n{text}") is not { } seen)
        {
            AgentTelemetry.EventsDropped.Add(1);
            return;
        }

        _queue.Writer.TryWrite(new Corev1Event
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new V1ObjectMeta { Name = Name(pod, reason, text), NamespaceProperty = pod.Metadata.NamespaceProperty },
            InvolvedObject = new V1ObjectReference
            {
                ApiVersion = "v1",
                Kind = "Pod",
                Name = pod.Metadata.Name,
                NamespaceProperty = pod.Metadata.NamespaceProperty,
                Uid = pod.Metadata.Uid,
                ResourceVersion = pod.Metadata.ResourceVersion,
            },
            Reason = reason,
            Message = text,
            Type = isWarning ? "Warning" : "Normal",
            Source = new V1EventSource { Component = "orchestrator-agent", Host = options.NodeName },
            ReportingComponent = "orchestrator-agent",
            ReportingInstance = options.NodeName,
            Count = seen.Count,
            FirstTimestamp = seen.First.UtcDateTime,
            LastTimestamp = now,
        });
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var item in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            limit.CancelAfter(SendTimeout);
            try
            {
                await SendAsync(item, limit.Token);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // An event is worth one try: while the server is away, the pod's own work goes on and is reported by its status.
                LogDropped(item.Reason, item.InvolvedObject.Name, error.Message);
                AgentTelemetry.EventsDropped.Add(1);
            }
        }
    }

    /// <summary>The same text about the same pod is the same event, also after a restart of the agent.</summary>
    private static string Name(V1Pod pod, string reason, string message)
    {
        const int maxPodNameLength = 200;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{pod.Metadata.Uid}\n{reason}\n{message}"));
        var name = pod.Metadata.Name.Length <= maxPodNameLength ? pod.Metadata.Name : pod.Metadata.Name[..maxPodNameLength];
        return $"{name}.{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    private async Task SendAsync(Corev1Event item, CancellationToken cancel)
    {
        try
        {
            await client.CoreV1.CreateNamespacedEventAsync(item, item.Metadata.NamespaceProperty, cancellationToken: cancel);
        }
        catch (k8s.Autorest.HttpOperationException error) when (error.Response.StatusCode == System.Net.HttpStatusCode.Conflict)
        {
            var patch = new V1Patch(
                KubernetesJson.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal) { ["count"] = item.Count, ["lastTimestamp"] = item.LastTimestamp }),
                V1Patch.PatchType.MergePatch);
            await client.CoreV1.PatchNamespacedEventAsync(patch, item.Metadata.Name, item.Metadata.NamespaceProperty, cancellationToken: cancel);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Event {Reason} of pod {Pod} was not sent: {Error}")]
    private partial void LogDropped(string reason, string pod, string error);
}
