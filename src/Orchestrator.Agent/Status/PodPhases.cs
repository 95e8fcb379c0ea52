using k8s.Models;

namespace Orchestrator.Agent.Status;

/// <summary>A pod's phase from its containers' statuses, by kubelet's rules. Pure.</summary>
public static class PodPhases
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public static bool IsTerminal(string? phase) => phase is Succeeded or Failed;

    /// <param name="restartPolicy">Always, OnFailure or Never.</param>
    /// <param name="init">Statuses of the init containers.</param>
    /// <param name="main">Statuses of the containers.</param>
    /// <param name="isEnding">The pod is being deleted: what has ended is not started again whatever the policy says.</param>
    public static string Of(string? restartPolicy, IReadOnlyList<V1ContainerStatus> init, IReadOnlyList<V1ContainerStatus> main, bool isEnding)
    {
        var policy = isEnding ? "Never" : restartPolicy;
        if (policy == "Never" && init.Any(HasFailed))
        {
            return Failed;
        }

        var started = main.Where(s => s.State.Running is not null || Ended(s) is not null).ToList();
        if (started.Count < main.Count)
        {
            // A container of an ending pod that was never started never will be.
            return isEnding && main.All(s => s.State.Running is null) && started.Count > 0 ? Failed : Pending;
        }

        if (main.Any(s => s.State.Running is not null))
        {
            return Running;
        }

        var allSucceeded = main.All(s => Ended(s)!.ExitCode == 0);
        return policy switch
        {
            "Never" => allSucceeded ? Succeeded : Failed,
            "OnFailure" => allSucceeded ? Succeeded : Running,
            _ => Running,
        };
    }

    private static bool HasFailed(V1ContainerStatus status) => status.State.Terminated is { ExitCode: not 0 };

    private static V1ContainerStateTerminated? Ended(V1ContainerStatus status) => status.State.Terminated ?? status.LastState?.Terminated;
}
