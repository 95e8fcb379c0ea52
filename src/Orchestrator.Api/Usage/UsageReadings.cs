using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Usage;

/// <summary>Metrics of many nodes or pods, and why some are missing.</summary>
/// <param name="Items">In the order of what they are of.</param>
/// <param name="Missing">By node.</param>
internal sealed record UsageList(IReadOnlyList<StoredObject> Items, IReadOnlyDictionary<string, string> Missing);

/// <summary>Puts metrics together from the agents of all nodes concerned.</summary>
internal sealed class UsageReadings(IObjectStore store, AgentStats stats)
{
    /// <param name="kind">NodeMetrics.</param>
    /// <param name="nodes">Nodes.</param>
    /// <param name="cancel">Cancellation.</param>
    public Task<UsageList> OfNodesAsync(ResourceKind kind, IReadOnlyList<StoredObject> nodes, CancellationToken cancel) =>
        ReadAsync(nodes, node => node.Key.Name, (node, summary) => MetricsObjects.OfNode(kind, node, summary), cancel);

    /// <param name="kind">PodMetrics.</param>
    /// <param name="pods">Pods; those that do not run have no metrics.</param>
    /// <param name="cancel">Cancellation.</param>
    public Task<UsageList> OfPodsAsync(ResourceKind kind, IReadOnlyList<StoredObject> pods, CancellationToken cancel) => ReadAsync(
        [.. pods.Where(p => p.Fields.GetValueOrDefault("status.phase") is "Running" or "Pending" && NodeOf(p).Length > 0)],
        NodeOf,
        (pod, summary) => MetricsObjects.OfPod(kind, pod, summary),
        cancel);

    private static string NodeOf(StoredObject pod) => pod.Fields.GetValueOrDefault("spec.nodeName") ?? "";

    private async Task<UsageList> ReadAsync(
        IReadOnlyList<StoredObject> objects, Func<StoredObject, string> nodeOf, Func<StoredObject, JsonObject, StoredObject?> make, CancellationToken cancel)
    {
        var nodes = objects.Select(nodeOf).Distinct(StringComparer.Ordinal).ToArray();
        var answers = await Task.WhenAll(nodes.Select(n => ReadAsync(n, cancel)));
        var readings = nodes.Zip(answers).ToDictionary(r => r.First, r => r.Second, StringComparer.Ordinal);
        return new UsageList(
            [.. objects.Select(o => readings[nodeOf(o)].Summary is { } summary ? make(o, summary) : null).OfType<StoredObject>()],
            readings.Where(r => r.Value.Fault is not null).ToDictionary(r => r.Key, r => r.Value.Fault!, StringComparer.Ordinal));
    }

    private async Task<NodeReading> ReadAsync(string node, CancellationToken cancel) =>
        IsReady(node) ? await stats.ReadAsync(node, cancel) : new NodeReading(null, "it is not ready");

    /// <summary>An agent that is known to be away is not waited for.</summary>
    private bool IsReady(string node) =>
        store.Get(new Model.ObjectKey("nodes", "", node)) is { } found
        && JsonTree.ParseStored(found.Json).Child("status").Items("conditions").Any(c => c.Item.Text("type") == "Ready" && c.Item.Text("status") == "True");
}
