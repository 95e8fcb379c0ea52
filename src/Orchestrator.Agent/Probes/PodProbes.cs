using System.Collections.Concurrent;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Probes;

/// <summary>
/// The probes of all running containers of the node, each at its own pace. Decisions are kept here, in memory: an agent that starts again takes what the
/// pod's status says until its own probes have decided.
/// </summary>
public sealed class PodProbes(ProbeLoopParts parts, AgentOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, ProbedPod> _pods = new(StringComparer.Ordinal);

    private Action<string> _changed = static _ => { };

    /// <summary>Has a pod's uid told when a probe has decided otherwise than before. The handler must be quick.</summary>
    public void OnChanged(Action<string> handler) => _changed += handler;

    /// <summary>What is decided about a pod.</summary>
    public PodHealth Of(string uid) => _pods.TryGetValue(uid, out ProbedPod? pod) ? pod.Health : PodHealth.Unknown;

    /// <summary>Starts the probes of the containers that run, and ends those of containers that do not.</summary>
    public void Follow(V1Pod pod, ObservedSandbox? sandbox, IPodRuntime runtime)
    {
        V1Container[] probed =
            [.. PodContainers.All(pod).Where(c => ProbeKinds.All.Any(k => ProbeKinds.Of(c, k) is not null))];
        if (probed.Length == 0)
        {
            return;
        }

        string uid = pod.Metadata.Uid;
        ProbedPod known = _pods.GetOrAdd(uid, _ => new ProbedPod(() => _changed(uid)));
        known.Follow(
            from observed in sandbox?.Containers ?? []
            where observed.State == ContainerState.Running
            let container = Array.Find(probed, c => c.Name == observed.Name)
            where container is not null
            from kind in ProbeKinds.All
            where ProbeKinds.Of(container, kind) is not null
            select new ProbeLoop(parts, known, kind, ProbeTarget.Of(pod, container, observed.Id, sandbox, options.NodeIp, runtime), observed.StartedAt, StatusOf(pod, observed)));
    }

    /// <summary>Ends all probes of a pod: it is being stopped. What they decided stays.</summary>
    public void Stop(string uid)
    {
        if (_pods.TryGetValue(uid, out ProbedPod? pod))
        {
            pod.Stop();
        }
    }

    /// <summary>Ends all probes of a pod, of which nothing is left.</summary>
    public void Forget(string uid)
    {
        if (_pods.TryRemove(uid, out ProbedPod? pod))
        {
            pod.Stop();
        }
    }

    public void Dispose()
    {
        foreach (string uid in _pods.Keys)
        {
            Forget(uid);
        }
    }

    private static V1ContainerStatus? StatusOf(V1Pod pod, ObservedContainer observed) =>
        PodContainers.Statuses(pod.Status).FirstOrDefault(s => PodContainers.IsAbout(s, observed.Id));
}
