using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Plans;

/// <summary>What is known of one container of a pod: from its sandbox, and from the pod's status where the sandbox has been lost.</summary>
public sealed record ContainerHistory(ObservedContainer? Latest, ObservedContainer? Previous, V1ContainerStatus? Reported)
{
    public static ContainerHistory Of(string name, V1Pod pod, ObservedSandbox? sandbox)
    {
        var ordered = (sandbox?.Containers ?? []).Where(c => c.Name == name).OrderByDescending(c => c.Attempt).Take(2).ToList();
        var reported = PodContainers.Statuses(pod.Status).FirstOrDefault(s => s.Name == name);
        return new ContainerHistory(ordered.ElementAtOrDefault(0), ordered.ElementAtOrDefault(1), reported);
    }

    /// <summary>Attempt that a container made now would have: one more than any seen, here or before the sandbox was lost.</summary>
    public int NextAttempt => Math.Max(
        Latest is { } latest ? latest.Attempt + 1 : 0,
        WasStarted ? Reported!.RestartCount + 1 : 0);

    /// <summary>The status says that it ran in a sandbox that is not there any more.</summary>
    public bool IsLost => Latest is null && WasStarted;

    public bool Succeeded => Latest is { State: ContainerState.Exited, ExitCode: 0 }
        || (Latest is null && Reported?.State?.Terminated is { ExitCode: 0 });

    private bool WasStarted => Reported is { ContainerID.Length: > 0 };
}
