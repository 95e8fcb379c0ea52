using k8s.Models;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Streams;

/// <summary>A sandbox, and in it a container where one was asked for, that streams can be opened to.</summary>
public sealed record StreamTarget(IInteractiveRuntime Runtime, ObservedSandbox Sandbox, ObservedContainer? Container, V1Pod Pod);

/// <summary>Finds what runs of a pod.</summary>
public sealed class RunningContainers(PodRegistry registry, NodeInventory inventory)
{
    /// <summary>The target, or why there is none.</summary>
    /// <param name="container">Null for the sandbox alone.</param>
    /// <param name="what">What is wanted of it, for the refusal: <c>exec</c>.</param>
    public async Task<(StreamTarget? Target, string? Missing)> FindAsync(string podNamespace, string podName, string? container, string what, CancellationToken cancel)
    {
        if (registry.Find(podNamespace, podName) is not { } pod)
        {
            return (null, $"pod does not exist: \"{podName}\" is not on this node");
        }

        var found = Find(inventory.Latest, pod, container);
        if (found.Target is null)
        {
            // The last look may be older than the container.
            found = Find(await inventory.RefreshAsync(cancel), pod, container);
        }

        return found switch
        {
            ({ } holder, { } sandbox, var running) when holder is IInteractiveRuntime runtime => (new StreamTarget(runtime, sandbox, running, pod), null),
            ({ } holder, not null, _) => (null, $"{what} is not supported by the runtime {holder.Identity.Technology} yet: pod \"{podName}\" is a virtual machine"),
            _ => (null, container is null ? $"pod \"{podName}\" has no running sandbox" : $"container not found (\"{container}\")"),
        };
    }

    private static (IPodRuntime? Target, ObservedSandbox? Sandbox, ObservedContainer? Container) Find(InventorySnapshot snapshot, V1Pod pod, string? container)
    {
        foreach (var view in snapshot.Runtimes)
        {
            foreach (var sandbox in view.Sandboxes.Where(s => s.PodUid == pod.Metadata.Uid && s.Ready))
            {
                var running = sandbox.Containers.FirstOrDefault(c => c.Name == container && c.State == ContainerState.Running);
                if (running is not null || container is null)
                {
                    return (view.Runtime, sandbox, running);
                }
            }
        }

        return default;
    }
}
