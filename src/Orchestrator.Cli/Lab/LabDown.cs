using Orchestrator.Agent.Runtimes;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Lab.Networks;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.Cli.Lab;

/// <summary>
/// Takes a lab down: first who would start things again, then agents, workloads, server with its PostgreSQL, containerd; then whatever a
/// killed part has left. The declared state stays on disk, so that <c>lab up</c> brings the same workloads back; purging removes it too.
/// </summary>
internal sealed class LabDown(LabLayout layout, LabProgress progress, TimeProvider time)
{
    private static readonly TimeSpan AgentGrace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ServerGrace = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan ContainerdGrace = TimeSpan.FromSeconds(15);

    /// <returns>False if there is no lab.</returns>
    public async Task<bool> RunAsync(bool purge, CancellationToken cancel)
    {
        if (LabSpec.Read(layout) is not { } spec)
        {
            return false;
        }

        using (var alone = LockFile.TryTake(layout.CommandLock) ?? throw new CommandFailedException($"another 'orchestrator lab' command is at work in {layout.Root}"))
        {
            await progress.StepAsync("Supervisor stopped", () => StopAsync(LabState.Supervisor, AgentGrace, cancel));
            await progress.StepAsync("Agents stopped", () => Task.WhenAll(spec.Nodes.Select(node => StopAsync(node.Name, AgentGrace, cancel))));
            await progress.StepAsync("Workloads removed", () => RemoveWorkloadsAsync(spec, cancel));
            await progress.StepAsync("Server and PostgreSQL stopped", () => StopAsync(LabUnit.Server, ServerGrace, cancel));
            await progress.StepAsync("containerd stopped", () => Task.WhenAll(spec.Nodes.Select(node => StopAsync(node.Containerd.Unit, ContainerdGrace, cancel))));
            await progress.StepAsync("Nothing left behind", () => new LabLeftovers(layout, spec, time).RemoveAsync(cancel));
            if (purge)
            {
                await progress.StepAsync($"{layout.Root} removed", () => Task.Run(() => Directory.Delete(layout.Root, recursive: true), cancel));
            }
        }

        return true;
    }

    private async Task StopAsync(string unit, TimeSpan grace, CancellationToken cancel)
    {
        if (ProcessIdentity.Read(layout.ProcessFile(unit)) is { } process)
        {
            await ProcessStop.StopAsync(process, grace, time, cancel);
            File.Delete(layout.ProcessFile(unit));
        }
    }

    private async Task RemoveWorkloadsAsync(LabSpec spec, CancellationToken cancel)
    {
        // Namespaces first: they are gone after a restart of the machine, and containerd is brought up in them.
        await new LabNetworks(spec).EnsureAsync(cancel);
        await Task.WhenAll(spec.Nodes.Select(async node =>
        {
            await EnsureContainerdAsync(node.Containerd, cancel);
            await RemoveWorkloadsAsync(spec, node, cancel);
        }));
    }

    private async Task RemoveWorkloadsAsync(LabSpec spec, LabNode node, CancellationToken cancel)
    {
        await using var runtimes = LabRuntimes.Of(spec, layout, node);
        foreach (var runtime in runtimes.All)
        {
            foreach (var sandbox in await runtime.ListAsync(cancel))
            {
                foreach (var container in sandbox.Containers.Where(container => container.State == ContainerState.Running))
                {
                    await runtime.StopContainerAsync(container.Id, TimeSpan.FromSeconds(2), cancel);
                }

                await runtime.RemoveSandboxAsync(sandbox.Id, cancel);
            }
        }
    }

    // Only containerd can take its sandboxes' networks down; if it was killed it is brought back for that.
    private async Task EnsureContainerdAsync(LabContainerd containerd, CancellationToken cancel)
    {
        if (ProcessIdentity.Read(layout.ProcessFile(containerd.Unit)) is not { IsAlive: true })
        {
            using var process = DetachedProcess.Start(layout.ProcessFile(containerd.Unit), layout.LogFile(containerd.Unit), containerd.Command, []);
        }

        await LabState.WaitForContainerdAsync(containerd, layout, time, cancel);
    }
}
