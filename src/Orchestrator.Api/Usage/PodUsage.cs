using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Usage;

/// <summary>What pods use, as metrics.k8s.io says it, for the server's own controllers.</summary>
public sealed class PodUsage
{
    private readonly UsageReadings _readings;
    private readonly ServedKinds _kinds;

    internal PodUsage(UsageReadings readings, ServedKinds kinds)
    {
        _readings = readings;
        _kinds = kinds;
    }

    /// <summary>PodMetrics of those that run and whose agents answer, by pod uid.</summary>
    public async Task<IReadOnlyDictionary<string, JsonObject>> ReadAsync(IReadOnlyList<StoredObject> pods, CancellationToken cancel)
    {
        ResourceKind kind = _kinds.BuiltIn.FindStored("pods.metrics.k8s.io")!;
        UsageList usage = await _readings.OfPodsAsync(kind, pods, cancel);
        return usage.Items.ToDictionary(i => i.Uid, i => JsonTree.ParseStored(i.Json), StringComparer.Ordinal);
    }

    /// <summary>Containers of PodMetrics, with the quantities that they use.</summary>
    public static IEnumerable<(string Container, string Resource, string Quantity)> Containers(JsonObject metrics) =>
        metrics.Items("containers").SelectMany(c => (c.Item.Child("usage") ?? []).Select(u => (c.Item.Text("name") ?? "", u.Key, u.Value.AsText() ?? "0")));
}
