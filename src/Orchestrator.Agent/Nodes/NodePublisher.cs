using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Eviction;
using Orchestrator.Agent.Feeds;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Model;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Agent.Nodes;

/// <summary>
/// Keeps the Node and its Hypervisors in the API as they are in fact. Reads, compares, and writes only what differs; a Node that somebody deleted is made again.
/// </summary>
public sealed partial class NodePublisher(
    IKubernetes client, AgentOptions options, NodeCapacity capacity, RuntimeSet runtimes, NodeInventory inventory, NodePressure pressure, TimeProvider time, ILogger<NodePublisher> logger) : BackgroundService
{
    private const string Version = "v1";
    private const string Plural = "hypervisors";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly WakeSignal _wakes = new();
    private string? _publishedReady;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        runtimes.OnChanged((_, _) => _wakes.Wake());
        pressure.OnChanged(() => _wakes.Wake());
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.PublicationInterval;
            try
            {
                await PublishAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed((error as HttpOperationException)?.Response.Content ?? error.Message);
                LogFailure(error);
                pause = Retry;
            }

            await _wakes.WaitAsync(pause, time, stoppingToken);
        }
    }

    private async Task PublishAsync(CancellationToken cancel)
    {
        var health = runtimes.All.Select(runtime => (Runtime: runtime, runtime.Identity, Health: runtimes.HealthOf(runtime))).ToList();
        var node = await EnsureNodeAsync(cancel);
        // Hypervisors first: a node that says Ready is asked at once which runtimes it has.
        foreach (var (runtime, identity, state) in health)
        {
            await PublishHypervisorAsync(node, runtime, identity, state, cancel);
        }

        var status = NodeObjects.Status(options, capacity, [.. health.Select(h => (h.Identity, h.Health))], pressure, node.Status, time.GetUtcNow());
        if (Changes(node.Status, status) is { } changes)
        {
            await client.CoreV1.PatchNodeStatusAsync(MergePatch("status", changes), options.NodeName, cancellationToken: cancel);
        }

        var ready = status.Conditions.Single(condition => condition.Type == "Ready");
        if (_publishedReady != ready.Status)
        {
            LogPublished(options.NodeName, ready.Status, ready.Message);
            _publishedReady = ready.Status;
        }
    }

    private async Task<V1Node> EnsureNodeAsync(CancellationToken cancel)
    {
        var labels = NodeObjects.Labels(options);
        var annotations = NodeObjects.Annotations(options);
        try
        {
            var node = await client.CoreV1.ReadNodeAsync(options.NodeName, cancellationToken: cancel);
            var missing = Missing(labels, node.Metadata.Labels);
            var unsaid = Missing(annotations, node.Metadata.Annotations);
            if (!annotations.ContainsKey(WellKnown.DevicesAnnotation) && node.Metadata.Annotations?.ContainsKey(WellKnown.DevicesAnnotation) == true)
            {
                unsaid[WellKnown.DevicesAnnotation] = null;
            }

            return missing.Count == 0 && unsaid.Count == 0
                ? node
                : await client.CoreV1.PatchNodeAsync(
                    MergePatch("metadata", new JsonObject { ["labels"] = missing, ["annotations"] = unsaid }), options.NodeName, cancellationToken: cancel);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            var node = new V1Node { ApiVersion = "v1", Kind = "Node", Metadata = new V1ObjectMeta { Name = options.NodeName, Labels = labels, Annotations = annotations } };
            return await client.CoreV1.CreateNodeAsync(node, cancellationToken: cancel);
        }
    }

    private static JsonObject Missing(Dictionary<string, string> wanted, IDictionary<string, string>? present) => new(wanted
        .Where(w => present?.TryGetValue(w.Key, out var value) != true || value != w.Value)
        .Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Value)));

    private async Task PublishHypervisorAsync(V1Node node, IPodRuntime runtime, RuntimeIdentity identity, RuntimeHealth health, CancellationToken cancel)
    {
        var name = NodeObjects.HypervisorName(options, identity);
        V1Hypervisor found;
        try
        {
            found = Typed(await client.CustomObjects.GetClusterCustomObjectAsync(WellKnown.Group, Version, Plural, name, cancellationToken: cancel));
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            var wanted = NodeObjects.Hypervisor(options, node, identity);
            found = Typed(await client.CustomObjects.CreateClusterCustomObjectAsync(wanted, WellKnown.Group, Version, Plural, cancellationToken: cancel));
        }

        var workloads = inventory.Latest.Runtimes.Where(v => v.Runtime == runtime).Sum(v => v.Sandboxes.Count(s => s.Ready));
        var status = NodeObjects.HypervisorStatus(health, capacity, workloads, found.Status, time.GetUtcNow());
        if (Changes(found.Status, status) is { } changes)
        {
            await client.CustomObjects.PatchClusterCustomObjectStatusAsync(MergePatch("status", changes), WellKnown.Group, Version, Plural, name, cancellationToken: cancel);
        }
    }

    private static V1Hypervisor Typed(object answer) => KubernetesJson.Deserialize<V1Hypervisor>(KubernetesJson.Serialize(answer));

    private static V1Patch MergePatch(string part, JsonObject content) =>
        new(new JsonObject { [part] = content }.ToJsonString(), V1Patch.PatchType.MergePatch);

    /// <summary>Members of the wanted status that differ; null if none does.</summary>
    private static JsonObject? Changes<T>(T? before, T after)
        where T : class
    {
        var old = before is null ? [] : JsonNode.Parse(KubernetesJson.Serialize(before))!.AsObject();
        var wanted = JsonNode.Parse(KubernetesJson.Serialize(after))!.AsObject();
        var changes = new JsonObject(wanted.Where(e => !JsonNode.DeepEquals(old[e.Key], e.Value)).Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone())));
        return changes.Count == 0 ? null : changes;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node could not be published and will be again: {Answer}")]
    private partial void LogFailed(string? answer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Why the node could not be published")]
    private partial void LogFailure(Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is published with Ready={Ready}: {Message}")]
    private partial void LogPublished(string node, string ready, string message);
}
