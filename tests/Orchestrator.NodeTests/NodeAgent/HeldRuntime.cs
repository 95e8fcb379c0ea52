using Orchestrator.Agent.Runtimes;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.NodeTests.NodeAgent;

/// <summary>A runtime that is probed for as long as the test wants, and holds nothing.</summary>
internal sealed class HeldRuntime : IPodRuntime
{
    private readonly TaskCompletionSource<RuntimeHealth> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RuntimeIdentity Identity { get; } = new("held", VirtualizationClasses.Full, "Type2");

    public void Decide(RuntimeHealth verdict) => _verdict.SetResult(verdict);

    public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => _verdict.Task.WaitAsync(cancel);

    public Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<ObservedSandbox>>([]);

    public bool SharesFiles => true;

    public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) => throw Unexpected();

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel) => throw Unexpected();

    public Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel) => throw Unexpected();

    public Task StartContainerAsync(string containerId, CancellationToken cancel) => throw Unexpected();

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) => throw Unexpected();

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) => throw Unexpected();

    public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel) => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("no pod of the test wants this runtime");
}
