using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.NodeTests.Figures;

/// <summary>Adds up, for each pod, how long the runtime took for the calls that start it.</summary>
internal sealed class TimedRuntime(IPodRuntime inner) : IPodRuntime
{
    private readonly ConcurrentDictionary<string, TimeSpan> _byPod = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _podOfContainer = new(StringComparer.Ordinal);

    public RuntimeIdentity Identity => inner.Identity;

    public bool SharesFiles => inner.SharesFiles;

    public TimeSpan Of(string pod) => _byPod.GetValueOrDefault(pod);

    public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => inner.ProbeAsync(cancel);

    public Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel) => inner.ListAsync(cancel);

    public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) => inner.EnsureImageAsync(request, cancel);

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel) => TimeAsync(request.Pod.Metadata.Name, () => inner.RunSandboxAsync(request, cancel));

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        var pod = request.Pod.Metadata.Name;
        var id = await TimeAsync(pod, () => inner.CreateContainerAsync(sandboxId, request, cancel));
        _podOfContainer[id] = pod;
        return id;
    }

    public Task StartContainerAsync(string containerId, CancellationToken cancel) => TimeAsync(_podOfContainer[containerId], async () =>
    {
        await inner.StartContainerAsync(containerId, cancel);
        return true;
    });

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) => inner.StopContainerAsync(containerId, grace, cancel);

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) => inner.RemoveContainerAsync(containerId, cancel);

    public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel) => inner.RemoveSandboxAsync(sandboxId, cancel);

    private async Task<T> TimeAsync<T>(string pod, Func<Task<T>> call)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await call();
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(started);
            _byPod.AddOrUpdate(pod, took, (_, sum) => sum + took);
        }
    }
}
