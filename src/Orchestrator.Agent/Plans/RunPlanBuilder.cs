using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Steps;

namespace Orchestrator.Agent.Plans;

/// <summary>One computation of <see cref="PodPlan.ToRun"/>.</summary>
internal sealed class RunPlanBuilder(V1Pod pod, PodMemory memory, PodHealth health, DateTimeOffset now)
{
    private readonly ImmutableArray<PodStep>.Builder _steps = ImmutableArray.CreateBuilder<PodStep>();
    private readonly ImmutableDictionary<string, WaitingState>.Builder _waiting = ImmutableDictionary.CreateBuilder<string, WaitingState>(StringComparer.Ordinal);
    private DateTimeOffset? _retryAt;

    private const int DefaultGraceSeconds = 30;

    public PodPlan Build(ObservedSandbox? sandbox, IEnumerable<ObservedSandbox> stale)
    {
        _steps.AddRange(stale.Select(s => new RemoveSandbox(s.Id)));
        if (!NeedsSandbox(sandbox))
        {
            StopRest(sandbox);
            return Done();
        }

        if (sandbox is not { Ready: true })
        {
            if (Blocked(""))
            {
                return Done();
            }

            // What still seems to run in a sandbox that is gone cannot be reached any more: it goes with it.
            if (sandbox is not null)
            {
                _steps.Add(new RemoveSandbox(sandbox.Id));
            }

            _steps.Add(new RunSandbox(sandbox is null ? 0 : sandbox.Attempt + 1));
            return Done();
        }

        PlanEphemeral(sandbox);
        if (InitContainersDone(sandbox))
        {
            foreach (var container in pod.Spec.Containers)
            {
                PlanContainer(container, ContainerHistory.Of(container.Name, pod, sandbox), isInit: false);
            }
        }

        RemoveOldAttempts(sandbox);
        return Done();
    }

    /// <summary>What still runs once the containers have ended for good: sidecars.</summary>
    private void StopRest(ObservedSandbox? sandbox)
    {
        var grace = TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds);
        if (sandbox is { Ready: true } && StopPod.Of([.. PodContainers.Sidecars(pod).Select(c => c.Name)], [sandbox], grace) is { } stop)
        {
            _steps.Add(stop);
        }
    }

    private PodPlan Done() => new(_steps.ToImmutable(), _waiting.ToImmutable(), _retryAt);

    /// <summary>False once every container has ended for good: a sandbox lost after that is not made again.</summary>
    private bool NeedsSandbox(ObservedSandbox? sandbox)
    {
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            var history = ContainerHistory.Of(init.Name, pod, sandbox);
            if (EndedForGood(init, history, isInit: true) && !history.Succeeded)
            {
                return false;
            }
        }

        return pod.Spec.Containers.Any(c => !EndedForGood(c, ContainerHistory.Of(c.Name, pod, sandbox), isInit: false));
    }

    private bool EndedForGood(V1Container container, ContainerHistory history, bool isInit) => history switch
    {
        { Latest: { State: ContainerState.Exited } ended } => !RestartPolicies.Restarts(pod, container, ended.ExitCode, isInit),
        // It ran and nobody knows how it ended. Running it again could do its work twice, which Never rules out.
        { IsLost: true } => !RestartPolicies.Restarts(pod, container, history.Reported!.State?.Terminated?.ExitCode ?? LostExitCode, isInit),
        _ => false,
    };

    /// <summary>Exit code of a container whose end nobody saw, as kubelet reports it.</summary>
    internal const int LostExitCode = 137;

    /// <summary>Plans the sidecars, and the first init container that has not succeeded; true if there is none that the others wait for.</summary>
    private bool InitContainersDone(ObservedSandbox sandbox)
    {
        // A main container is only made once all init containers have succeeded, even if those have been removed since.
        var isPast = sandbox.Containers.Any(c => pod.Spec.Containers.Any(m => m.Name == c.Name));
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            var history = ContainerHistory.Of(init.Name, pod, sandbox);
            var isSidecar = PodContainers.IsSidecar(init);
            // A new sandbox needs its init containers again, so only what is observed counts here.
            var isDone = isPast || (isSidecar
                ? history.Latest is { State: ContainerState.Running } running && health.IsStarted(init, running.Id, history.Reported)
                : history.Latest is { State: ContainerState.Exited, ExitCode: 0 });
            if (isSidecar || !isDone)
            {
                PlanContainer(init, history, isInit: true);
            }

            if (!isDone)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Ephemeral containers run once, from whenever they are asked for, even while init containers do.</summary>
    private void PlanEphemeral(ObservedSandbox sandbox)
    {
        foreach (var container in PodContainers.Ephemeral(pod))
        {
            var history = ContainerHistory.Of(container.Name, pod, sandbox);
            if (history is { Latest: null or { State: ContainerState.Created }, IsLost: false })
            {
                PlanContainer(container, history, isInit: false);
            }
        }
    }

    private void PlanContainer(V1Container container, ContainerHistory history, bool isInit)
    {
        switch (history.Latest)
        {
            case { State: ContainerState.Running } running:
                if (health.Failed(container, running.Id) is { } probe)
                {
                    _steps.Add(new StopContainer(container.Name, running.Id, GraceFor(container, probe))
                    {
                        Because = $"Container {container.Name} failed {probe.ToString().ToLowerInvariant()} probe, will be restarted",
                    });
                }

                return;
            case { State: ContainerState.Created } created:
                if (!Blocked(container.Name))
                {
                    _steps.Add(new StartContainer(container.Name, created.Attempt));
                }

                return;
            case { State: ContainerState.Unknown } unknown:
                _steps.Add(new StopContainer(container.Name, unknown.Id, TimeSpan.Zero));
                return;
            case { State: ContainerState.Exited } ended:
                if (!RestartPolicies.Restarts(pod, container, ended.ExitCode, isInit) || BacksOff(container, ended))
                {
                    return;
                }

                break;
            case null when history.IsLost && EndedForGood(container, history, isInit):
                return;
        }

        if (!Blocked(container.Name))
        {
            _steps.Add(new PullImage(container.Name));
            _steps.Add(new CreateContainer(container.Name, history.NextAttempt));
            _steps.Add(new StartContainer(container.Name, history.NextAttempt));
        }
    }

    private TimeSpan GraceFor(V1Container container, ProbeKind probe) => TimeSpan.FromSeconds(
        ProbeKinds.Of(container, probe)?.TerminationGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds);

    private bool BacksOff(V1Container container, ObservedContainer ended)
    {
        var delay = BackOff.BeforeRestart(ended.Attempt, memory.BackOffOrigins.GetValueOrDefault(container.Name));
        var until = (ended.FinishedAt ?? now) + delay;
        if (until <= now)
        {
            return false;
        }

        Wait(container.Name, until, new WaitingState(
            WaitingReasons.CrashLoopBackOff,
            string.Create(CultureInfo.InvariantCulture, $"back-off {delay.TotalSeconds:0}s restarting failed container={container.Name} pod={pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})")));
        return true;
    }

    /// <summary>True while the last failure of <paramref name="name"/> is too recent to try again.</summary>
    private bool Blocked(string name)
    {
        if (!memory.Failures.TryGetValue(name, out var failure))
        {
            return false;
        }

        var isBlocked = failure.RetryAt > now;
        var state = failure.Reason == WaitingReasons.ErrImagePull && isBlocked && failure.Failures > 1
            ? new WaitingState(WaitingReasons.ImagePullBackOff, $"Back-off pulling image \"{PodContainers.Find(pod, name)?.Image}\": {failure.Reason}: {failure.Message}")
            : new WaitingState(failure.Reason, failure.Message);
        if (isBlocked)
        {
            Wait(name, failure.RetryAt, state);
        }

        return isBlocked;
    }

    private void Wait(string name, DateTimeOffset until, WaitingState state)
    {
        _waiting[name] = state;
        _retryAt = _retryAt is { } earlier && earlier < until ? earlier : until;
    }

    /// <summary>The attempt before the latest is kept: it is the container's last state, and its log is what <c>--previous</c> shows.</summary>
    private void RemoveOldAttempts(ObservedSandbox sandbox)
    {
        const int kept = 2;
        _steps.AddRange(sandbox.Containers
            .GroupBy(c => c.Name, StringComparer.Ordinal)
            .SelectMany(g => g.OrderByDescending(c => c.Attempt).Skip(kept))
            .Where(c => c.State is ContainerState.Exited or ContainerState.Created)
            .Select(c => new RemoveContainer(c.Name, c.Id)));
    }
}
