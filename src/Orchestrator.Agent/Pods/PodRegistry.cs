using System.Collections.Concurrent;
using k8s.Models;
using Orchestrator.Agent.Feeds;

namespace Orchestrator.Agent.Pods;

/// <summary>The pods that the API server wants on this node, by uid.</summary>
public sealed class PodRegistry : IObjectSink<V1Pod>
{
    private readonly ConcurrentDictionary<string, V1Pod> _pods = new(StringComparer.Ordinal);

    private Action<string> _changed = static _ => { };

    /// <summary>False until the first list: before it, a pod that is not here may still be wanted.</summary>
    public bool IsSynchronized { get; private set; }

    public IEnumerable<V1Pod> All => _pods.Values;

    public V1Pod? Find(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>The pod of a name that came last; one of the same name may still be ending.</summary>
    public V1Pod? Find(string podNamespace, string name) => _pods.Values
        .Where(p => p.Metadata.Name == name && p.Metadata.NamespaceProperty == podNamespace)
        .MaxBy(p => p.Metadata.CreationTimestamp);

    /// <summary>Has a pod's uid told after it was added, changed or removed. The handler must be quick.</summary>
    public void OnChanged(Action<string> handler) => _changed += handler;

    public void Set(V1Pod pod)
    {
        // The answer to a write of ours may have overtaken the watch.
        _pods.AddOrUpdate(pod.Metadata.Uid, pod, (_, known) => Revision(known) > Revision(pod) ? known : pod);
        _changed(pod.Metadata.Uid);
    }

    public void Remove(V1Pod pod)
    {
        _pods.TryRemove(pod.Metadata.Uid, out _);
        _changed(pod.Metadata.Uid);
    }

    /// <summary>A complete list: what is not on it has gone.</summary>
    public void Replace(IEnumerable<V1Pod> all)
    {
        var listed = all.ToDictionary(p => p.Metadata.Uid, StringComparer.Ordinal);
        var gone = _pods.Keys.Where(uid => !listed.ContainsKey(uid)).ToList();
        foreach (var pod in listed.Values)
        {
            _pods[pod.Metadata.Uid] = pod;
        }

        foreach (var uid in gone)
        {
            _pods.TryRemove(uid, out _);
        }

        IsSynchronized = true;
        foreach (var uid in listed.Keys.Concat(gone))
        {
            _changed(uid);
        }
    }

    /// <summary>
    /// Takes the server's answer to a write of ours, unless the watch was faster. Revisions of one object only grow, and are whole numbers here.
    /// </summary>
    public void SetIfNewer(V1Pod pod)
    {
        if (Revision(pod) is not { } written)
        {
            return;
        }

        while (_pods.TryGetValue(pod.Metadata.Uid, out var known) && Revision(known) < written)
        {
            if (_pods.TryUpdate(pod.Metadata.Uid, pod, known))
            {
                return;
            }
        }
    }

    private static ulong? Revision(V1Pod pod) => ulong.TryParse(pod.Metadata.ResourceVersion, out var revision) ? revision : null;
}
