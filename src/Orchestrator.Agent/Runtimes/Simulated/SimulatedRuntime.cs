using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Agent.Runtimes.Simulated;

/// <summary>
/// Pods that run nowhere: the agent goes through all that it goes through with a real runtime, and this says that it was done, after delays and with failures
/// to order. For load tests with more nodes than there are machines.
/// </summary>
/// <param name="options">How containers behave.</param>
/// <param name="node">Number of the node: its pods' addresses come from it.</param>
/// <param name="time">Clock of delays and of containers that end by themselves.</param>
public sealed class SimulatedRuntime(SimulatedOptions options, int node, TimeProvider time) : IPodRuntime
{
    private const int AddressesPerNode = 254;

    private readonly ConcurrentDictionary<string, SimulatedSandbox> _sandboxes = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Random _random = new(options.Seed + node);
    private int _addresses;

    public RuntimeIdentity Identity { get; } = new("simulated", ClassOf(options.Handlers), "None");

    public bool SharesFiles => false;

    public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) =>
        Task.FromResult(new RuntimeHealth(true, "Simulated", "nothing runs here: a load test simulates it", "1", options.Handlers, ["network"]));

    public Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return Task.FromResult<IReadOnlyList<ObservedSandbox>>([.. _sandboxes.Values.Select(s => s.Observe(now))]);
    }

    public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) =>
        Task.FromResult(new ProvidedImage("sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Image))), WasPulled: false, SizeBytes: 0));

    public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel)
    {
        var behaviour = SimulatedBehaviour.Of(request.Pod);
        Refuse(behaviour, "sandbox", WaitingReasons.FailedCreatePodSandBox);
        var metadata = request.Pod.Metadata;
        var id = string.Create(CultureInfo.InvariantCulture, $"{metadata.Uid}-{request.Attempt}");
        _sandboxes.TryAdd(id, new SimulatedSandbox(
            id, metadata.Uid, metadata.NamespaceProperty, metadata.Name, request.Attempt, request.Pod.Spec.HostNetwork == true ? null : NextAddress(), time.GetUtcNow(), behaviour));
        return Task.FromResult(id);
    }

    public Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        var behaviour = SimulatedBehaviour.Of(request.Pod);
        Refuse(behaviour, "image", WaitingReasons.ErrImagePull);
        Refuse(behaviour, "create", WaitingReasons.CreateContainerError);
        var id = string.Create(CultureInfo.InvariantCulture, $"{sandboxId}-{request.Container.Name}-{request.Attempt}");
        Change(sandboxId, s => s.Containers.Any(c => c.Id == id) ? s : s.With(new SimulatedContainer(id, request.Container.Name, request.Attempt, request.Container.Image, request.ImageId, null, null)));
        return Task.FromResult(id);
    }

    public async Task StartContainerAsync(string containerId, CancellationToken cancel)
    {
        var (sandbox, container) = Find(containerId) ?? throw new RuntimeRefusalException(WaitingReasons.RunContainerError, $"container {containerId} is not there");
        Refuse(sandbox.Behaviour, "start", WaitingReasons.RunContainerError);
        await DelayAsync(sandbox.Behaviour.StartDelay ?? options.StartDelay, cancel);
        if (FailsByChance())
        {
            throw new RuntimeRefusalException(WaitingReasons.RunContainerError, "the simulation lets this start fail");
        }

        Change(sandbox.Id, s => s.With(container with { StartedAt = time.GetUtcNow() }));
    }

    public async Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        if (Find(containerId) is not var (sandbox, _))
        {
            return;
        }

        var delay = sandbox.Behaviour.StopDelay ?? options.StopDelay;
        await DelayAsync(delay < grace ? delay : grace, cancel);
        Change(sandbox.Id, s => s.Containers.FirstOrDefault(c => c.Id == containerId) is { StoppedAt: null } running ? s.With(running with { StoppedAt = time.GetUtcNow() }) : s);
    }

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel)
    {
        if (Find(containerId) is var (sandbox, _))
        {
            Change(sandbox.Id, s => s with { Containers = s.Containers.RemoveAll(c => c.Id == containerId) });
        }

        return Task.CompletedTask;
    }

    public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        _sandboxes.TryRemove(sandboxId, out _);
        return Task.CompletedTask;
    }

    private static string ClassOf(IReadOnlyList<string> handlers) =>
        handlers.All(h => h == Model.RuntimeHandlers.Runc) ? VirtualizationClasses.OSLevel : handlers.Contains("kvm") ? VirtualizationClasses.HardwareAssisted : VirtualizationClasses.Full;

    private static void Refuse(SimulatedBehaviour behaviour, string stage, string reason)
    {
        if (behaviour.Fails == stage)
        {
            throw new RuntimeRefusalException(reason, $"the pod orders that {stage} fails");
        }
    }

    private Task DelayAsync(TimeSpan delay, CancellationToken cancel) => delay > TimeSpan.Zero ? Task.Delay(delay, time, cancel) : Task.CompletedTask;

    private bool FailsByChance()
    {
        lock (_gate)
        {
            return options.FailureShare > 0 && _random.NextDouble() < options.FailureShare;
        }
    }

    private string NextAddress()
    {
        var host = (Interlocked.Increment(ref _addresses) % AddressesPerNode) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"10.{64 + (node / 256 % 128)}.{node % 256}.{host}");
    }

    private (SimulatedSandbox Sandbox, SimulatedContainer Container)? Find(string containerId)
    {
        foreach (var sandbox in _sandboxes.Values)
        {
            if (sandbox.Containers.FirstOrDefault(c => c.Id == containerId) is { } container)
            {
                return (sandbox, container);
            }
        }

        return null;
    }

    private void Change(string sandboxId, Func<SimulatedSandbox, SimulatedSandbox> change)
    {
        while (_sandboxes.TryGetValue(sandboxId, out var before) && !_sandboxes.TryUpdate(sandboxId, change(before), before))
        {
            // Another container of the sandbox was changed meanwhile.
        }
    }
}
