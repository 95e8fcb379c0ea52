using Orchestrator.Agent.Runtimes.Qemu.Machines;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>How containers of a machine end, in the words of Kubernetes. Pure.</summary>
internal static class ContainerOutcomes
{
    /// <summary>The guest told how.</summary>
    public static PodContainerState Exited(PodContainerState state, int code, bool wasOutOfMemory, DateTimeOffset at) => state with
    {
        StartedAt = state.StartedAt ?? at,
        FinishedAt = at,
        ExitCode = code,
        Reason = wasOutOfMemory && code != 0 ? "OOMKilled" : code == 0 ? "Completed" : "Error",
    };

    /// <summary>Its machine is gone.</summary>
    public static PodContainerState Lost(PodContainerState state, PodMachineEnd end) =>
        state with { FinishedAt = end.At, ExitCode = ExitCodes.Killed, Reason = end.Reason, Message = end.Message };

    /// <summary>Whether nothing of the pod will ever run again in its machine, so that the machine can go.</summary>
    /// <param name="machine">The pod's machine.</param>
    /// <param name="containers">The containers it has had, with what became of them.</param>
    public static bool AreAllOver(PodMachineRecord machine, IReadOnlyList<(PodContainerRecord Container, PodContainerState State)> containers)
    {
        var latest = containers.GroupBy(c => c.Container.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Container.Attempt), StringComparer.Ordinal);
        return machine.ContainerNames.All(name => latest.TryGetValue(name, out var last) && IsOver(machine.RestartPolicy, last.State))
            || (machine.RestartPolicy == "Never" && machine.InitContainerNames.Any(name => latest.TryGetValue(name, out var last) && last.State is { FinishedAt: not null, ExitCode: not 0 }));
    }

    private static bool IsOver(string restartPolicy, PodContainerState state) =>
        state.FinishedAt is not null && (restartPolicy == "Never" || (restartPolicy == "OnFailure" && state.ExitCode == 0));
}
