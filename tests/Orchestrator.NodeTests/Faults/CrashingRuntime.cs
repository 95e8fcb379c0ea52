using System.Collections.Concurrent;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.NodeTests.Faults;

/// <summary>
/// Stops its agent dead at every call that changes something: when the call is made first, before it has any effect, and when it is made again, after its effect
/// and before the agent learns of it. From then on the call works.
/// </summary>
internal sealed class CrashingRuntime(IPodRuntime inner) : IPodRuntime
{
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private TaskCompletionSource<string> _crashed = New();

    /// <summary>Calls that have been crashed at, before and after their effect.</summary>
    public IReadOnlyCollection<string> Crashes => [.. _calls.Keys];

    /// <summary>Completes at the next crash; the agent must then be taken away.</summary>
    public Task<string> Crashed => _crashed.Task;

    public RuntimeIdentity Identity => inner.Identity;

    public bool SharesFiles => inner.SharesFiles;

    /// <summary>For the next agent.</summary>
    public void Revive() => _crashed = New();

    public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => inner.ProbeAsync(cancel);

    public Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel) => inner.ListAsync(cancel);

    public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) =>
        AtAsync($"image {request.Image}", () => inner.EnsureImageAsync(request, cancel), cancel);

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel) => AtAsync("run sandbox", () => inner.RunSandboxAsync(request, cancel), cancel);

    public Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel) =>
        AtAsync($"create {request.Container.Name}", () => inner.CreateContainerAsync(sandboxId, request, cancel), cancel);

    public Task StartContainerAsync(string containerId, CancellationToken cancel) => AtAsync($"start {containerId}", () => DoAsync(() => inner.StartContainerAsync(containerId, cancel)), cancel);

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) => AtAsync($"stop {containerId}", () => DoAsync(() => inner.StopContainerAsync(containerId, grace, cancel)), cancel);

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) => AtAsync($"remove {containerId}", () => DoAsync(() => inner.RemoveContainerAsync(containerId, cancel)), cancel);

    public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel) => AtAsync($"remove sandbox {sandboxId}", () => DoAsync(() => inner.RemoveSandboxAsync(sandboxId, cancel)), cancel);

    private async Task<T> AtAsync<T>(string call, Func<Task<T>> effect, CancellationToken cancel)
    {
        var made = _calls.AddOrUpdate(call, 1, static (_, n) => n + 1);
        if (made > 2)
        {
            return await effect();
        }

        if (made == 2)
        {
            await effect();
        }

        _crashed.TrySetResult(call);
        // The agent is dead: it hears nothing more until it is gone.
        await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        throw new OperationCanceledException(cancel);
    }

    private static async Task<bool> DoAsync(Func<Task> effect)
    {
        await effect();
        return true;
    }

    private static TaskCompletionSource<string> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
