using k8s.Models;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Testing.Containerd;

[assembly: AssemblyFixture(typeof(Orchestrator.NodeTests.Containerd.ContainerdNode))]

namespace Orchestrator.NodeTests.Containerd;

/// <summary>One private containerd for all tests of this assembly; each test takes a node name of its own and so sees only what it made.</summary>
public sealed class ContainerdNode : IAsyncLifetime
{
    private ContainerdFixture? _containerd;

    public ContainerdFixture Containerd => _containerd!;

    public async ValueTask InitializeAsync() => _containerd = await ContainerdFixture.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _containerd?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal ContainerdRuntime Runtime(string node) => new(new ContainerdOptions { SocketPath = Containerd.SocketPath, NodeName = node });

    internal static V1Pod Pod(string name, params string[] command) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Uid = Guid.NewGuid().ToString() },
        Spec = new V1PodSpec
        {
            RestartPolicy = "Never",
            Containers = [new V1Container { Name = "main", Image = ContainerdFixture.BusyboxImage, ImagePullPolicy = "IfNotPresent", Command = command }],
        },
    };

    internal async Task<(string SandboxId, string ContainerId, string LogDirectory)> StartAsync(ContainerdRuntime runtime, V1Pod pod, params HostMount[] mounts)
    {
        var logs = Path.Combine(Containerd.Directory, "logs", pod.Metadata.Uid);
        Directory.CreateDirectory(Path.Combine(logs, "main"));
        var container = pod.Spec.Containers[0];
        var image = (await runtime.EnsureImageAsync(new ImageRequest(container.Image, container.ImagePullPolicy), CancellationToken.None)).Id;
        var sandbox = await runtime.RunSandboxAsync(new SandboxRequest(pod, 0, "runc", logs), CancellationToken.None);
        var environment = (container.Env ?? []).Select(e => KeyValuePair.Create(e.Name, e.Value)).ToList();
        var id = await runtime.CreateContainerAsync(sandbox, new ContainerRequest(pod, container, 0, image, environment, mounts, "main/0.log"), CancellationToken.None);
        await runtime.StartContainerAsync(id, CancellationToken.None);
        return (sandbox, id, logs);
    }
}
