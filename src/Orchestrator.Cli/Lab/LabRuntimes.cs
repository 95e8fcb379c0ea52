using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Lab.Processes;
using Orchestrator.Cli.NodeAgent;

namespace Orchestrator.Cli.Lab;

/// <summary>The runtimes of one node, opened the way its agent opens them, for taking its workloads away without an agent.</summary>
internal sealed class LabRuntimes : IAsyncDisposable
{
    private LabRuntimes(IReadOnlyList<IPodRuntime> all) => All = all;

    public IReadOnlyList<IPodRuntime> All { get; }

    public static LabRuntimes Of(LabSpec spec, LabLayout layout, LabNode node)
    {
        // The very options that the agent is started with, read by the very command: whatever it made is found.
        var unit = LabUnit.Of(spec, layout).Single(unit => unit.Name == node.Name);
        var parsed = OrchestratorRoot.Create().Parse([.. unit.Command.Skip(spec.Program.Count)]);
        return new LabRuntimes(AgentHost.Runtimes(AgentCommand.Settings(parsed), NullLoggerFactory.Instance));
    }

    public async ValueTask DisposeAsync()
    {
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
