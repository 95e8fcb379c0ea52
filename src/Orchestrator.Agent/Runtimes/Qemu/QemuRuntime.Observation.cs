using Orchestrator.Agent.Runtimes.Qemu.Machines;
using Orchestrator.Agent.Usage;

namespace Orchestrator.Agent.Runtimes.Qemu;

internal sealed partial class QemuRuntime
{
    /// <summary>Reads what is there, and takes over the machines that nobody looks after yet.</summary>
    public async Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel)
    {
        var sandboxes = new List<ObservedSandbox>();
        foreach (var sandbox in _store.Sandboxes())
        {
            var containers = new List<ObservedContainer>();
            foreach (var (files, machine) in _store.Machines(sandbox.Id))
            {
                containers.Add(await ObserveAsync(files, machine, cancel));
            }

            sandboxes.Add(new ObservedSandbox(
                sandbox.Id, sandbox.PodUid, sandbox.PodNamespace, sandbox.PodName, sandbox.Attempt, Ready: true, Ip: null, sandbox.CreatedAt, containers));
        }

        return sandboxes;
    }

    /// <summary>What the machines' emulators use: guest memory that was touched, and devices, and code that was translated.</summary>
    public async Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CancellationToken cancel)
    {
        var usages = new List<ContainerUsage>();
        foreach (var sandbox in await ListAsync(cancel))
        {
            foreach (var container in sandbox.Containers)
            {
                if (container.Pid is { } processId && ProcessUsage.Read(processId) is var (cpu, resident))
                {
                    usages.Add(new ContainerUsage(sandbox.PodUid, container.Name, container.Id, _time.GetUtcNow(), cpu, resident));
                }
            }
        }

        return usages;
    }

    private async Task<ObservedContainer> ObserveAsync(MachineDirectory files, MachineRecord machine, CancellationToken cancel)
    {
        var created = new ObservedContainer(
            machine.Id, machine.ContainerName, machine.Attempt, machine.Image, machine.ImageId,
            ContainerState.Created, ExitCode: 0, Reason: null, Message: null, StartedAt: null, FinishedAt: null, Pid: null);
        if (!HasBeenLaunched(files))
        {
            return created;
        }

        var launched = created with { StartedAt = RecordFile.TryRead(files.Launched, MachineJson.Default.LaunchRecord)?.LaunchedAt };
        var outcome = RecordFile.TryRead(files.Outcome, MachineJson.Default.MachineOutcome);
        if (outcome is null)
        {
            var supervisor = Supervise(files, machine);
            if (supervisor.ProcessId is { } processId)
            {
                return MachineEnding.ReadReport(files).Started
                    ? launched with { State = ContainerState.Running, Pid = processId }
                    : created with { Pid = processId };
            }

            await supervisor.Completion.WaitAsync(cancel);
            outcome = RecordFile.TryRead(files.Outcome, MachineJson.Default.MachineOutcome);
        }

        return outcome is null
            ? launched with { State = ContainerState.Unknown }
            : launched with { State = ContainerState.Exited, ExitCode = outcome.ExitCode, Reason = outcome.Reason, Message = outcome.Message, FinishedAt = outcome.FinishedAt };
    }
}
