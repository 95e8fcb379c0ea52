using k8s.Models;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Steps;

namespace Orchestrator.UnitTests.NodeAgent;

/// <summary>A runtime that exists only as what would be observed of it: carries out steps, and lets things go wrong.</summary>
internal sealed class ModelNode(V1Pod pod)
{
    private int _ids;

    public List<ObservedSandbox> Sandboxes { get; } = [];

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch.AddYears(56);

    public PodHealth Health { get; set; } = PodHealth.Unknown;

    public PodSandboxes Observed => new([.. Sandboxes]);

    public void Advance(TimeSpan time) => Now += time;

    public PodPlan Plan(PodMemory memory) => PodPlan.ToRun(pod, Observed.Current, Observed.Stale, memory, Health, Now);

    public void Apply(PodStep step)
    {
        switch (step)
        {
            case RunSandbox run:
                Sandboxes.Add(new ObservedSandbox($"s{_ids++}", pod.Metadata.Uid, "default", "p", run.Attempt, true, "10.0.0.1", Now, []));
                break;
            case RemoveSandbox remove:
                Sandboxes.RemoveAll(s => s.Id == remove.Id);
                break;
            case CreateContainer create:
                Assert.Null(Observed.Find(create.Name, create.Attempt));
                Change(containers => [.. containers, new ObservedContainer($"c{_ids++}", create.Name, create.Attempt, "i", "i", ContainerState.Created, 0, null, null, null, null, null)]);
                break;
            case StartContainer start:
                Set(start.Name, start.Attempt, c => c with { State = ContainerState.Running, StartedAt = Now, Pid = 1 });
                break;
            case StopContainer stop:
                End(stop.Id, 137);
                break;
            case StopPod stop:
                foreach (var one in stop.Together.Concat(stop.After))
                {
                    End(one.Id, 137);
                }

                break;
            case RemoveContainer remove:
                Change(containers => [.. containers.Where(c => c.Id != remove.Id)]);
                break;
        }
    }

    public void End(string id, int exitCode) =>
        Change(containers => [.. containers.Select(c => c.Id == id ? c with { State = ContainerState.Exited, ExitCode = exitCode, FinishedAt = Now, Pid = null } : c)]);

    /// <summary>Init containers that run succeed.</summary>
    public void FinishInit()
    {
        foreach (var container in Containers.Where(c => c.State == ContainerState.Running && pod.Spec.InitContainers.Any(i => i.Name == c.Name)).ToList())
        {
            End(container.Id, 0);
        }
    }

    public IEnumerable<ObservedContainer> Containers => Observed.Current?.Containers ?? [];

    /// <summary>Something goes wrong, chosen by <paramref name="what"/>.</summary>
    public void Break(int what)
    {
        if (Observed.Current is not { } current)
        {
            return;
        }

        switch (what % 5)
        {
            case 0 when current.Containers.Count > 0:
                End(current.Containers[what % current.Containers.Count].Id, what % 3);
                break;
            case 1:
                // The machine was restarted: the sandbox is dead and so is everything in it.
                Replace(current with { Ready = false, Ip = null, Containers = [.. current.Containers.Select(c => c with { State = ContainerState.Exited, ExitCode = 137, FinishedAt = Now, Pid = null })] });
                break;
            case 2:
                // An agent was killed after it had made a sandbox and before it knew.
                Apply(new RunSandbox(current.Attempt + 1));
                break;
            case 3:
                Sandboxes.Remove(current);
                break;
            default:
                Advance(TimeSpan.FromMinutes(1));
                break;
        }
    }

    private void Set(string name, int attempt, Func<ObservedContainer, ObservedContainer> change) =>
        Change(containers => [.. containers.Select(c => c.Name == name && c.Attempt == attempt ? change(c) : c)]);

    private void Change(Func<IReadOnlyList<ObservedContainer>, IReadOnlyList<ObservedContainer>> change)
    {
        foreach (var sandbox in Sandboxes.ToList())
        {
            Replace(sandbox with { Containers = sandbox == Observed.Current || sandbox.Containers.Count > 0 ? change(sandbox.Containers) : sandbox.Containers });
        }
    }

    private void Replace(ObservedSandbox sandbox) => Sandboxes[Sandboxes.FindIndex(s => s.Id == sandbox.Id)] = sandbox;
}
