using System.Collections.Concurrent;
using k8s.Models;
using Orchestrator.Agent.Plans;

namespace Orchestrator.Agent.Pods;

/// <summary>
/// The pods that the node has decided to end. Kept in memory only: an agent that starts anew decides anew, and what it had decided before was written as soon as
/// the containers had stopped.
/// </summary>
public sealed class PodEndings(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PodEnding> _decided = new(StringComparer.Ordinal);
    private Action<string> _changed = static _ => { };

    /// <summary>Has a pod's uid told when its end has been decided. The handler must be quick.</summary>
    public void OnChanged(Action<string> handler) => _changed += handler;

    /// <summary>Ends a pod; the first reason stays.</summary>
    /// <returns>False for one whose end has been decided before.</returns>
    public bool Decide(string podUid, PodEnding ending)
    {
        var isNew = _decided.TryAdd(podUid, ending);
        _changed(podUid);
        return isNew;
    }

    /// <summary>Why the pod is to end now; null where it is not.</summary>
    public PodEnding? Of(V1Pod pod) => _decided.GetValueOrDefault(pod.Metadata.Uid) ?? PodEnding.ByDeadline(pod, time.GetUtcNow());

    /// <summary>Whether the node has decided, other than by the pod's own deadline.</summary>
    public bool IsDecided(string podUid) => _decided.ContainsKey(podUid);

    public void Forget(string podUid) => _decided.TryRemove(podUid, out _);
}
