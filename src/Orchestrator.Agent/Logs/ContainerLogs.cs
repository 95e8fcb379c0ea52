using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Logs;

/// <summary>Where the logs of containers are. Files are found on disk, so that logs outlive the containers they are of.</summary>
public sealed class ContainerLogs(NodeLayout layout, PodRegistry registry, NodeInventory inventory)
{
    /// <param name="Files">The files.</param>
    /// <param name="MayGrow">Whether its container still runs.</param>
    public sealed record Log(LogFiles Files, Func<bool> MayGrow);

    /// <summary>The log asked for, or why there is none.</summary>
    public (Log? Log, string? Missing) Find(string podNamespace, string podName, string container, bool previous)
    {
        var pod = registry.Find(podNamespace, podName);
        if (pod is null)
        {
            return (null, $"pod \"{podName}\" not found on this node");
        }

        if (PodContainers.Find(pod, container) is null)
        {
            return (null, $"container \"{container}\" is not in pod \"{podName}\"");
        }

        var attempts = LogFiles.In(Path.Combine(layout.LogDirectory(pod), container));
        var wanted = previous ? 1 : 0;
        if (attempts.Count <= wanted)
        {
            return (null, previous
                ? $"previous terminated container \"{container}\" in pod \"{podName}\" not found"
                : $"container \"{container}\" in pod \"{podName}\" is waiting to start");
        }

        var (attempt, files) = attempts[wanted];
        var uid = pod.Metadata.Uid;
        return (new Log(files, () => Runs(uid, container, attempt)), null);
    }

    private bool Runs(string podUid, string container, int attempt) => inventory.Latest.Runtimes
        .SelectMany(v => v.Sandboxes)
        .Where(s => s.PodUid == podUid)
        .SelectMany(s => s.Containers)
        .Any(c => c.Name == container && c.Attempt == attempt && c.State is ContainerState.Running or ContainerState.Created);
}
