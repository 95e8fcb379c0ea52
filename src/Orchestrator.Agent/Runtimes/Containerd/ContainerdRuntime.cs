using Grpc.Core;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Resources;
using Orchestrator.Agent.Runtimes.Containerd.Cri;
using Orchestrator.Model;
using Orchestrator.Model.Hypervisors;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>Pods as OS-level containers, by containerd's CRI service (<c>runtime.v1</c>, containerd 1.6 and later).</summary>
public sealed class ContainerdRuntime : IPodRuntime, IInteractiveRuntime, IMeasuredRuntime, ILoggingRuntime, IDisposable
{
    private static readonly string[] OfferedCapabilities = ["logs", "network", "exec", "attach", "port-forward"];
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private readonly ContainerdOptions _options;
    private readonly CriConnection _connection;
    private readonly ContainerdInventory _inventory;
    private readonly ContainerdImages _images;
    private readonly StreamingServer _streams = new(TimeProvider.System);

    public ContainerdRuntime(ContainerdOptions options)
    {
        _options = options;
        _connection = new CriConnection(options.SocketPath);
        _inventory = new ContainerdInventory(_connection, options);
        _images = new ContainerdImages(_connection.Images, options);
    }

    public RuntimeIdentity Identity { get; } = new("containerd", VirtualizationClasses.OSLevel, "None");

    public async Task<RuntimeHealth> ProbeAsync(CancellationToken cancel)
    {
        try
        {
            var version = await _connection.Runtime.VersionAsync(new VersionRequest(), deadline: CriTime.Deadline(ProbeTimeout), cancellationToken: cancel);
            var status = await _connection.Runtime.StatusAsync(new StatusRequest(), deadline: CriTime.Deadline(ProbeTimeout), cancellationToken: cancel);
            var unmet = status.Status.Conditions.Where(c => !c.Status).ToList();
            return unmet.Count == 0
                ? new RuntimeHealth(true, "RuntimeReady", $"{version.RuntimeName} answers on {_options.SocketPath}, its runtime and network are ready", version.RuntimeVersion, [RuntimeHandlers.Runc], OfferedCapabilities)
                : new RuntimeHealth(false, unmet[0].Reason, string.Join("; ", unmet.Select(c => $"{c.Type}: {c.Message}")), version.RuntimeVersion, [], []);
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested)
        {
            return new RuntimeHealth(false, "RuntimeNotAnswering", $"containerd does not answer on {_options.SocketPath}: {error.Status.Detail}", "", [], []);
        }
    }

    public async Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel)
    {
        try
        {
            return await _inventory.ListAsync(cancel);
        }
        catch (RpcException error)
        {
            cancel.ThrowIfCancellationRequested();
            throw new RuntimeUnavailableException($"containerd: list: {error.Status.Detail}", error);
        }
    }

    public bool SharesFiles => true;

    public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) => _images.EnsureAsync(request, cancel);

    public async Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel)
    {
        var config = SandboxConfigs.Of(request.Pod, request.Attempt, request.LogDirectory, request.Resolver, _options);
        // runc makes the pod's group on the way to a container's, but holds it to nothing.
        ControlGroups.OfMachine.Set(config.Linux.CgroupParent, PodGroupLimits.Of(request.Pod, _options.PodPidsLimit));
        // The default runtime of containerd's configuration is runc under whatever name it has there.
        var handler = request.Handler is RuntimeHandlers.Runc ? "" : request.Handler;
        var response = await CallAsync(
            d => _connection.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config, RuntimeHandler = handler }, deadline: d, cancellationToken: cancel),
            WaitingReasons.FailedCreatePodSandBox,
            "create pod sandbox");
        return response.PodSandboxId;
    }

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel)
    {
        var sandbox = await CallAsync(
            d => _connection.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = sandboxId }, deadline: d, cancellationToken: cancel),
            WaitingReasons.CreateContainerError,
            "read pod sandbox");
        var logDirectory = sandbox.Status.Annotations.TryGetValue(CriLabels.LogDirectory, out var directory) ? directory : "";
        var resources = LinuxResources.Of(request.Container, PodQos.Of(request.Pod), MachineFacts.MemoryBytes(), MachineFacts.OomScoreAdjustment());
        var config = ContainerConfigs.Of(request, resources, _options);
        await _images.ResolveUserAsync(request, config.Linux.SecurityContext, cancel);
        var create = new CreateContainerRequest
        {
            PodSandboxId = sandboxId,
            Config = config,
            SandboxConfig = SandboxConfigs.Of(request.Pod, (int)sandbox.Status.Metadata.Attempt, logDirectory, resolver: null, _options),
        };
        var response = await CallAsync(
            d => _connection.Runtime.CreateContainerAsync(create, deadline: d, cancellationToken: cancel), WaitingReasons.CreateContainerError, "create container");
        return response.ContainerId;
    }

    public Task StartContainerAsync(string containerId, CancellationToken cancel) =>
        CallAsync(d => _connection.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = containerId }, deadline: d, cancellationToken: cancel), WaitingReasons.RunContainerError, "start container");

    public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel)
    {
        var request = new StopContainerRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(grace.TotalSeconds) };
        return IfPresentAsync(d => _connection.Runtime.StopContainerAsync(request, deadline: d, cancellationToken: cancel), "stop container", grace);
    }

    public Task RemoveContainerAsync(string containerId, CancellationToken cancel) =>
        IfPresentAsync(d => _connection.Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = containerId }, deadline: d, cancellationToken: cancel), "remove container");

    public async Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel)
    {
        var uid = await PodUidAsync(sandboxId, cancel);
        await IfPresentAsync(d => _connection.Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = sandboxId }, deadline: d, cancellationToken: cancel), "stop pod sandbox");
        await IfPresentAsync(d => _connection.Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = sandboxId }, deadline: d, cancellationToken: cancel), "remove pod sandbox");
        if (uid is not null)
        {
            ControlGroups.OfMachine.RemoveEmpty(SandboxConfigs.CgroupParent(uid, _options));
        }
    }

    public async Task<ICommandSession> ExecAsync(string containerId, IReadOnlyList<string> command, CommandOptions options, CancellationToken cancel)
    {
        var request = new ExecRequest { ContainerId = containerId, Stdin = options.Stdin, Stdout = options.Stdout, Stderr = options.Stderr, Tty = options.Tty };
        request.Cmd.AddRange(command);
        var response = await CallAsync(d => _connection.Runtime.ExecAsync(request, deadline: d, cancellationToken: cancel), "ExecFailed", "exec");
        return await _streams.OpenCommandAsync(response.Url, options, cancel);
    }

    public async Task<CommandResult> RunAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel)
    {
        var request = new ExecSyncRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(timeout.TotalSeconds) };
        request.Cmd.AddRange(command);
        try
        {
            // containerd kills the command at the end of its time; the call itself gets a little more, so that its word is heard.
            var response = await _connection.Runtime.ExecSyncAsync(request, deadline: CriTime.Deadline(timeout + ProbeTimeout), cancellationToken: cancel);
            return new CommandResult(response.ExitCode, [.. response.Stdout, .. response.Stderr]);
        }
        catch (RpcException error)
        {
            cancel.ThrowIfCancellationRequested();
            throw CriErrors.Translate(error, "ExecFailed", "exec");
        }
    }

    public async Task<ICommandSession> AttachAsync(string containerId, CommandOptions options, CancellationToken cancel)
    {
        var request = new AttachRequest { ContainerId = containerId, Stdin = options.Stdin, Stdout = options.Stdout, Stderr = options.Stderr, Tty = options.Tty };
        var response = await CallAsync(d => _connection.Runtime.AttachAsync(request, deadline: d, cancellationToken: cancel), "AttachFailed", "attach");
        return await _streams.OpenCommandAsync(response.Url, options, cancel);
    }

    public async Task<IPortSession> ForwardAsync(string sandboxId, CancellationToken cancel)
    {
        var request = new PortForwardRequest { PodSandboxId = sandboxId };
        var response = await CallAsync(d => _connection.Runtime.PortForwardAsync(request, deadline: d, cancellationToken: cancel), "PortForwardFailed", "port forward");
        return await _streams.OpenPortsAsync(response.Url, cancel);
    }

    public Task ReopenLogAsync(string containerId, CancellationToken cancel) => CallAsync(
        d => _connection.Runtime.ReopenContainerLogAsync(new ReopenContainerLogRequest { ContainerId = containerId }, deadline: d, cancellationToken: cancel), "ReopenLogFailed", "reopen container log");

    public Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CancellationToken cancel) => ContainerdUsage.MeasureAsync(_connection, _options.NodeName, cancel);

    public void Dispose()
    {
        _streams.Dispose();
        _connection.Dispose();
    }

    private async Task<string?> PodUidAsync(string sandboxId, CancellationToken cancel)
    {
        try
        {
            var response = await _connection.Runtime.PodSandboxStatusAsync(
                new PodSandboxStatusRequest { PodSandboxId = sandboxId }, deadline: CriTime.Deadline(ProbeTimeout), cancellationToken: cancel);
            return response.Status.Metadata.Uid;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException error)
        {
            throw CriErrors.Translate(error, EventReasons.FailedKillPod, "read pod sandbox");
        }
    }

    private async Task<T> CallAsync<T>(Func<DateTime, AsyncUnaryCall<T>> call, string reason, string what)
    {
        try
        {
            return await call(CriTime.Deadline(_options.CallTimeout));
        }
        catch (RpcException error)
        {
            throw CriErrors.Translate(error, reason, what);
        }
    }

    private async Task IfPresentAsync<T>(Func<DateTime, AsyncUnaryCall<T>> call, string what, TimeSpan extra = default)
    {
        try
        {
            await call(CriTime.Deadline(_options.CallTimeout + extra));
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            // Gone already, which is what was asked for.
        }
        catch (RpcException error)
        {
            throw CriErrors.Translate(error, EventReasons.FailedKillPod, what);
        }
    }
}
