using System.Collections.Concurrent;
using k8s.Models;
using Orchestrator.Agent.Feeds;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Hosting;

/// <summary>
/// Hands the pods of one watch to the nodes that they are bound to. One watch takes the place of one for each node: thousands of them would be a test of
/// connections. Who owns which field of a pod is forgotten: no agent asks, and it is most of a pod's size.
/// </summary>
internal sealed class FleetPods : IObjectSink<V1Pod>
{
    private readonly ConcurrentDictionary<string, PodRegistry> _nodes = new(StringComparer.Ordinal);

    public void Add(string node, PodRegistry registry) => _nodes[node] = registry;

    public void Replace(IEnumerable<V1Pod> all)
    {
        var byNode = all.Select(Slim).ToLookup(p => p.Spec.NodeName ?? "", StringComparer.Ordinal);
        foreach (var (node, registry) in _nodes)
        {
            registry.Replace(byNode[node]);
        }
    }

    public void Set(V1Pod item)
    {
        if (Of(item) is { } registry)
        {
            registry.Set(Slim(item));
        }
    }

    public void Remove(V1Pod item) => Of(item)?.Remove(item);

    // Bookmarks have no spec.
    private PodRegistry? Of(V1Pod pod) => pod.Spec?.NodeName is { } node ? _nodes.GetValueOrDefault(node) : null;

    private static V1Pod Slim(V1Pod pod)
    {
        pod.Metadata.ManagedFields = null;
        return pod;
    }
}
