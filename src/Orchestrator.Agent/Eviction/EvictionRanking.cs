using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Pods;
using Orchestrator.Model.Quantities;

namespace Orchestrator.Agent.Eviction;

/// <summary>A pod that may have to go.</summary>
/// <param name="Used">What each of its containers uses of what is short, by name.</param>
public sealed record EvictionCandidate(V1Pod Pod, IReadOnlyDictionary<string, long> Used)
{
    public long TotalUsed => Used.Values.Sum();
}

/// <summary>Which pod goes first, by kubelet's order. Pure.</summary>
public static class EvictionRanking
{
    /// <summary>Pods of this priority and above are the cluster's own, and stay.</summary>
    private const int Critical = 2_000_000_000;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The pod to evict: first those that use more than they asked for, then by priority, then by how much more it is. Null where none may be evicted.
    /// </summary>
    public static EvictionCandidate? Choose(NodeSignal signal, IEnumerable<EvictionCandidate> candidates) => candidates
        .Where(c => c.Pod.Metadata.DeletionTimestamp is null && (c.Pod.Spec.Priority ?? 0) < Critical && !StaticPod.IsStatic(c.Pod))
        .OrderByDescending(c => c.TotalUsed > Requested(signal, c.Pod))
        .ThenBy(c => c.Pod.Spec.Priority ?? 0)
        .ThenByDescending(c => c.TotalUsed - Requested(signal, c.Pod))
        .FirstOrDefault();

    /// <summary>What is told of the eviction.</summary>
    public static PodEnding Ending(NodeReading reading, long least, EvictionCandidate chosen)
    {
        var resource = NodeSignals.Resource(reading.Signal);
        var text = string.Create(CultureInfo.InvariantCulture, $"The node was low on resource: {resource}. Threshold quantity: {Text(least)}, available: {Text(reading.Available)}. ");
        foreach (var (name, used) in chosen.Used.OrderBy(u => u.Key, StringComparer.Ordinal))
        {
            var requested = chosen.Pod.Spec.Containers.Concat(chosen.Pod.Spec.InitContainers ?? []).FirstOrDefault(c => c.Name == name) is { } container
                ? (long)PodRequests.Of(container).GetValueOrDefault(resource)
                : 0;
            if (used > requested)
            {
                text += $"Container {name} was using {Text(used)}, request is {Text(requested)}, has larger consumption of {resource}. ";
            }
        }

        return new PodEnding("Evicted", text, Grace, IsDisruption: true);
    }

    private static long Requested(NodeSignal signal, V1Pod pod) => (long)PodRequests.Of(pod).GetValueOrDefault(NodeSignals.Resource(signal));

    private static string Text(long amount) => Quantity.FromUnits(amount, QuantityFormat.BinarySI).ToString();
}
