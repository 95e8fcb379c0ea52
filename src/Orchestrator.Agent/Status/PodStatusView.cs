using System.Collections.Immutable;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Status;

/// <summary>All that a pod's status is computed from.</summary>
/// <param name="Sandbox">Current sandbox, null if none.</param>
/// <param name="Technology">Of the runtime, for container ids.</param>
/// <param name="Waiting">From the plan.</param>
/// <param name="SandboxFailure">Why the sandbox cannot be made, null if it can.</param>
/// <param name="Health">What probes have decided.</param>
/// <param name="HostIp">The node's address.</param>
/// <param name="End">Set while the pod is being deleted, or once the node has ended it.</param>
public sealed record PodStatusView(
    V1Pod Pod,
    ObservedSandbox? Sandbox,
    string Technology,
    ImmutableDictionary<string, WaitingState> Waiting,
    StepFailure? SandboxFailure,
    PodHealth Health,
    string HostIp,
    PodEnd? End,
    DateTimeOffset Now)
{
    /// <summary>The status to report. Pure: the same view gives the same status.</summary>
    public V1PodStatus Compute()
    {
        var old = Pod.Status ?? new V1PodStatus();
        var hasInit = Pod.Spec.InitContainers is { Count: > 0 };
        var mainStarted = Sandbox?.Containers.Any(c => Pod.Spec.Containers.Any(m => m.Name == c.Name)) == true;
        var creating = SandboxFailure is { } failure
            ? new WaitingState(WaitingReasons.ContainerCreating, failure.Message)
            : new WaitingState(WaitingReasons.ContainerCreating, null);
        var initializing = hasInit && !mainStarted ? new WaitingState(WaitingReasons.PodInitializing, null) : creating;
        var status = new V1PodStatus
        {
            InitContainerStatuses = hasInit ? [.. Pod.Spec.InitContainers!.Select((c, i) => Status(c, i == 0 ? creating : initializing, isInit: true))] : null,
            ContainerStatuses = [.. Pod.Spec.Containers.Select(c => Status(c, initializing, isInit: false))],
            EphemeralContainerStatuses = Pod.Spec.EphemeralContainers is { Count: > 0 } ? [.. PodContainers.Ephemeral(Pod).Select(EphemeralStatus)] : null,
            HostIP = HostIp,
            HostIPs = [new V1HostIP { Ip = HostIp }],
            StartTime = old.StartTime ?? Now.UtcDateTime,
            QosClass = Pods.PodQos.Of(Pod),
            ObservedGeneration = Pod.Metadata.Generation,
            NominatedNodeName = old.NominatedNodeName,
        };
        SetPhase(status, old);
        SetPodIp(status, old);
        status.Conditions = PodConditions.Of(Pod, status, Sandbox is { Ready: true }, Now, Sandbox?.Conditions);
        if (End?.Failure is { IsDisruption: true } disruption)
        {
            PodConditions.AddDisruption(status, disruption, Now);
        }

        return status;
    }

    private void SetPhase(V1PodStatus status, V1PodStatus old)
    {
        if (PodPhases.IsTerminal(old.Phase))
        {
            // How a pod ended is said once.
            (status.Phase, status.Reason, status.Message) = (old.Phase, old.Reason, old.Message);
            return;
        }

        if (End?.Failure is { } failure)
        {
            (status.Phase, status.Reason, status.Message) = (PodPhases.Failed, failure.Reason, failure.Message);
            return;
        }

        HashSet<string> sidecars = [.. PodContainers.Sidecars(Pod).Select(c => c.Name)];
        status.Phase = PodPhases.Of(
            Pod.Spec.RestartPolicy, [.. (status.InitContainerStatuses ?? []).Where(s => !sidecars.Contains(s.Name))], [.. status.ContainerStatuses], End is not null);
        if (PodPhases.IsTerminal(status.Phase) && Sandbox?.Containers.Any(c => c.State == ContainerState.Running) == true)
        {
            // Sidecars have still to be stopped: a pod has ended when nothing of it runs.
            status.Phase = PodPhases.Running;
        }
    }

    private V1ContainerStatus Status(V1Container container, WaitingState otherwise, bool isInit)
    {
        var history = ContainerHistory.Of(container.Name, Pod, Sandbox);
        var exitCode = history.Latest?.ExitCode ?? history.Reported?.State?.Terminated?.ExitCode ?? RunPlanBuilder.LostExitCode;
        var restartable = End is null && RestartPolicies.Restarts(Pod, container, exitCode, isInit);
        var status = ContainerStatuses.Of(container, history, Waiting.GetValueOrDefault(container.Name), otherwise, Technology, isInit, restartable);
        if (history.Latest is { State: ContainerState.Running } running)
        {
            status.Started = Health.IsStarted(container, running.Id, history.Reported);
            status.Ready = (!isInit || PodContainers.IsSidecar(container)) && Health.IsReady(container, running.Id, history.Reported);
        }

        return status;
    }

    /// <summary>They run once, and nothing waits for them to be ready.</summary>
    private V1ContainerStatus EphemeralStatus(V1Container container)
    {
        var status = ContainerStatuses.Of(
            container, ContainerHistory.Of(container.Name, Pod, Sandbox), Waiting.GetValueOrDefault(container.Name), new WaitingState(WaitingReasons.ContainerCreating, null), Technology, isInit: false, restartable: false);
        status.Ready = false;
        return status;
    }

    private void SetPodIp(V1PodStatus status, V1PodStatus old)
    {
        // The address outlives the sandbox in the status of a finished pod, as with kubelet.
        var ip = Pod.Spec.HostNetwork == true ? HostIp : Sandbox?.Ip ?? (Sandbox is null ? old.PodIP : null);
        if (!string.IsNullOrEmpty(ip))
        {
            status.PodIP = ip;
            status.PodIPs = [new V1PodIP { Ip = ip }];
        }
    }
}
