using k8s.Models;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Status;

/// <summary>One container's status, from what is observed of it. Pure.</summary>
internal static class ContainerStatuses
{
    private const string LostReason = "ContainerStatusUnknown";
    private const string LostMessage = "The container could not be located when the pod was synced; it may have ended with its sandbox.";

    /// <param name="technology">Prefix of container ids: <c>containerd://</c>, <c>qemu://</c>.</param>
    public static V1ContainerStatus Of(
        V1Container container, ContainerHistory history, WaitingState? waiting, WaitingState defaultWaiting, string technology, bool isInit, bool restartable)
    {
        var latest = history.Latest;
        var reported = history.Reported;
        var status = new V1ContainerStatus
        {
            Name = container.Name,
            Image = container.Image,
            ImageID = latest?.ImageId ?? reported?.ImageID ?? "",
            ContainerID = latest is null ? reported?.ContainerID : $"{technology}://{latest.Id}",
            RestartCount = Math.Max(latest?.Attempt ?? 0, reported?.RestartCount ?? 0),
            Resources = container.Resources,
        };
        status.State = State(history, waiting, defaultWaiting, technology, restartable);
        status.LastState = LastState(history, status.State, technology);
        status.Ready = isInit ? status.State.Terminated is { ExitCode: 0 } : status.State.Running is not null;
        status.Started = status.State.Running is not null;
        return status;
    }

    private static V1ContainerState State(
        ContainerHistory history, WaitingState? waiting, WaitingState defaultWaiting, string technology, bool restartable) => history switch
        {
            { Latest: { State: ContainerState.Running } running } => new() { Running = new V1ContainerStateRunning { StartedAt = running.StartedAt?.UtcDateTime } },
            { Latest: { State: ContainerState.Exited } ended } when waiting is null || !restartable => Terminated(ended, technology),
            { Latest: null, Reported: { ContainerID.Length: > 0 } reported } when waiting is null && !restartable => Lost(reported),
            _ => new() { Waiting = new V1ContainerStateWaiting { Message = (waiting ?? defaultWaiting).Message, Reason = (waiting ?? defaultWaiting).Reason } },
        };

    private static V1ContainerState? LastState(ContainerHistory history, V1ContainerState state, string technology) => history switch
    {
        { Latest: { State: ContainerState.Exited } ended } when state.Terminated is null => Terminated(ended, technology),
        { Previous: { State: ContainerState.Exited } previous } => Terminated(previous, technology),
        { Latest: null, Reported: { ContainerID.Length: > 0 } reported } when state.Terminated is null => Lost(reported),
        { Reported.LastState: { } last } => last,
        _ => null,
    };

    private static V1ContainerState Lost(V1ContainerStatus reported) => reported switch
    {
        { State.Terminated: not null } => new() { Terminated = reported.State.Terminated },
        { State.Waiting: not null, LastState.Terminated: not null } => reported.LastState,
        _ => new()
        {
            Terminated = new V1ContainerStateTerminated
            {
                ExitCode = RunPlanBuilder.LostExitCode,
                Reason = LostReason,
                Message = LostMessage,
                ContainerID = reported.ContainerID,
                StartedAt = reported.State?.Running?.StartedAt,
            },
        },
    };

    private static V1ContainerState Terminated(ObservedContainer ended, string technology) => new()
    {
        Terminated = new V1ContainerStateTerminated
        {
            ContainerID = $"{technology}://{ended.Id}",
            ExitCode = ended.ExitCode,
            Reason = ended.Reason ?? (ended.ExitCode == 0 ? "Completed" : "Error"),
            Message = ended.Message,
            StartedAt = ended.StartedAt?.UtcDateTime,
            FinishedAt = ended.FinishedAt?.UtcDateTime,
        },
    };
}
