using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Lab.Processes;
using Orchestrator.Cli.NodeAgent;

namespace Orchestrator.Cli.Lab;

/// <summary>The runtimes of one node, opened the way its agent opens them, for taking its workloads away without an agent.</summary>
internal sealed class LabRuntimes : IAsyncDisposable
{
    private readonly PodNetworking? _network;

    private LabRuntimes(IReadOnlyList<IPodRuntime> all, PodNetworking? network) => (All, _network) = (all, network);

    public IReadOnlyList<IPodRuntime> All { get; }

    public static LabRuntimes Of(LabSpec spec, LabLayout layout, LabNode node)
    {
        // The very options that the agent is started with, read by the very command: whatever it made is found.
        var unit = LabUnit.Of(spec, layout).Single(unit => unit.Name == node.Name);
        var parsed = OrchestratorRoot.Create().Parse([.. unit.Command.Skip(LabNamespace.Prefix(node.Network).Count + spec.Program.Count)]);
        var settings = AgentCommand.Settings(parsed);
        var network = settings.PodNetwork is { } podNetwork ? new PodNetworking(podNetwork) : null;
        return new LabRuntimes(AgentHost.Runtimes(settings, network, NullLoggerFactory.Instance), network);
    }

    public async ValueTask DisposeAsync()
    {
        _network?.Dispose();
        foreach (var runtime in All)
        {
            switch (runtime)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
