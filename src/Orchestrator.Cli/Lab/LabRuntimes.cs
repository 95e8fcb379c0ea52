using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Containerd;

namespace Orchestrator.Cli.Lab;

/// <summary>The runtimes of one node, opened the way its agent opens them, for taking its workloads away without an agent.</summary>
internal sealed class LabRuntimes : IAsyncDisposable
{
    private LabRuntimes(IReadOnlyList<IPodRuntime> all) => All = all;

    public IReadOnlyList<IPodRuntime> All { get; }

    public static LabRuntimes Of(LabSpec spec, LabLayout layout, LabNode node, TimeProvider time)
    {
        var runtimes = new List<IPodRuntime>();
        if (spec.Containerd is { } containerd)
        {
            runtimes.Add(new ContainerdRuntime(new ContainerdOptions { SocketPath = containerd.Socket, NodeName = node.Name, CgroupParent = spec.CgroupParent(node) }));
        }

        return new LabRuntimes(runtimes);
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
