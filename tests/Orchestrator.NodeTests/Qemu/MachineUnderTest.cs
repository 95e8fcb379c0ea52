using k8s.Models;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>One pod on one runtime, taken through its life cycle as the agent does.</summary>
internal sealed class MachineUnderTest
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private readonly string _logs;

    private MachineUnderTest(IPodRuntime runtime, V1Pod pod, string logs, string sandboxId, string containerId)
    {
        (Runtime, Pod, _logs, SandboxId, ContainerId) = (runtime, pod, logs, sandboxId, containerId);
    }

    public IPodRuntime Runtime { get; set; }

    public V1Pod Pod { get; }

    public string SandboxId { get; }

    public string ContainerId { get; private set; }

    public static async Task<MachineUnderTest> CreateAsync(
        IPodRuntime runtime, V1Pod pod, string logs, IReadOnlyList<KeyValuePair<string, string>>? environment = null, IReadOnlyList<HostMount>? mounts = null)
    {
        var container = pod.Spec.Containers[0];
        var image = (await runtime.EnsureImageAsync(new ImageRequest(container.Image, container.ImagePullPolicy), CancellationToken.None)).Id;
        var directory = Directory.CreateDirectory(Path.Combine(logs, pod.Metadata.Uid)).FullName;
        var sandbox = await runtime.RunSandboxAsync(new SandboxRequest(pod, 0, runtime.Identity.Technology, directory), CancellationToken.None);
        var id = await runtime.CreateContainerAsync(sandbox, Request(pod, image, 0, environment, mounts), CancellationToken.None);
        return new MachineUnderTest(runtime, pod, directory, sandbox, id);
    }

    public Task StartAsync() => Runtime.StartContainerAsync(ContainerId, CancellationToken.None);

    /// <summary>Another attempt in the same sandbox.</summary>
    public async Task RestartAsync(int attempt, IReadOnlyList<HostMount>? mounts = null)
    {
        var image = (await Runtime.EnsureImageAsync(new ImageRequest(Pod.Spec.Containers[0].Image, "Never"), CancellationToken.None)).Id;
        ContainerId = await Runtime.CreateContainerAsync(SandboxId, Request(Pod, image, attempt, null, mounts), CancellationToken.None);
        await StartAsync();
    }

    public async Task<ObservedContainer> ObserveAsync() =>
        (await Runtime.ListAsync(CancellationToken.None)).Single(sandbox => sandbox.Id == SandboxId).Containers.Single(container => container.Id == ContainerId);

    public async Task<ObservedContainer> WaitForExitAsync()
    {
        await UntilAsync(async () => (await ObserveAsync()).State == ContainerState.Exited);
        return await ObserveAsync();
    }

    public Task WaitForLogAsync(string text) => UntilAsync(() => Task.FromResult(Log().Contains(text, StringComparison.Ordinal)));

    /// <summary>The log's content, without times.</summary>
    public string Log(int attempt = 0)
    {
        var path = Path.Combine(_logs, "main", $"{attempt}.log");
        if (!File.Exists(path))
        {
            return "";
        }

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join('\n', reader.ReadToEnd().Split('\n').Where(line => line.Contains(' ')).Select(line => line[(line.IndexOf(' ') + 1)..]));
    }

    public Task RemoveAsync() => Runtime.RemoveSandboxAsync(SandboxId, CancellationToken.None);

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await condition())
        {
            await Task.Delay(50, deadline.Token);
        }
    }

    private static ContainerRequest Request(V1Pod pod, string image, int attempt, IReadOnlyList<KeyValuePair<string, string>>? environment, IReadOnlyList<HostMount>? mounts) =>
        new(pod, pod.Spec.Containers[0], attempt, image, environment ?? [], mounts ?? [], $"main/{attempt}.log");
}
