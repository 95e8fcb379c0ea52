using System.Diagnostics;
using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Devices;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Steps;

/// <summary>Makes sure of the image. Whether it is there is the runtime's to say, so the step is always needed and leaves the image's id behind.</summary>
public sealed record PullImage(string Name) : PodStep(Name)
{
    public override TimeSpan Timeout => TimeSpan.FromMinutes(15);

    public override bool IsNeeded(PodSandboxes observed) => true;

    public override bool Verify(PodSandboxes observed) => true;

    public override async Task DoAsync(StepContext context, CancellationToken cancel) =>
        context.ImageIds[Name] = await context.Images.EnsureAsync(context.Pod, context.Find(Name), context.Runtime, cancel);
}

/// <summary>Creates the container with its environment and mounts, as they are now.</summary>
public sealed record CreateContainer(string Name, int Attempt) : PodStep(Name)
{
    public override TimeSpan Timeout => TimeSpan.FromMinutes(2);

    public override bool IsNeeded(PodSandboxes observed) => observed.Find(Name, Attempt) is null;

    public override async Task DoAsync(StepContext context, CancellationToken cancel)
    {
        var sandbox = context.Sandbox ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerError, "the pod's sandbox has gone");
        var container = context.Find(Name);
        var api = context.Api.Of(context.Pod, sandbox.Ip);
        var environment = await context.Environment.ResolveAsync(context.Pod, container, sandbox.Ip, [.. context.Api.Links(context.Pod), .. api?.Variables() ?? []], cancel);
        var devices = PodDevices.Of(context.Pod, container, context.Devices);
        environment = [.. PodDevices.Environment(devices), .. environment];
        var mounts = WithLastWords(context, container, WithHosts(context, sandbox, api, context.Volumes.Mounts(context.Pod, container, environment)));
        var logPath = string.Create(CultureInfo.InvariantCulture, $"{Name}/{Attempt}.log");
        Directory.CreateDirectory(Path.Combine(context.Layout.LogDirectory(context.Pod), Name));
        var request = new ContainerRequest(
            context.Pod, VariableExpansion.Expand(container, environment), Attempt, context.ImageIds[Name], environment, mounts, logPath)
        {
            Devices = devices,
            TargetContainerId = TargetOf(context, sandbox),
        };
        await context.Runtime.CreateContainerAsync(sandbox.Id, request, cancel);
        context.Events.Record(context.Pod, EventReasons.Created, $"Created container {Name}");
    }

    /// <summary>The running container that an ephemeral one is to see the processes of.</summary>
    private string? TargetOf(StepContext context, ObservedSandbox sandbox)
    {
        if (PodContainers.TargetOf(context.Pod, Name) is not { } target)
        {
            return null;
        }

        var running = sandbox.Containers.FirstOrDefault(c => c.Name == target && c.State == ContainerState.Running);
        return running?.Id ?? throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"target container \"{target}\" does not run");
    }

    /// <summary>Adds <c>/etc/hosts</c>, written for the address that the pod has now; a machine, which is not on the pod network, has its own.</summary>
    private static IReadOnlyList<HostMount> WithHosts(StepContext context, ObservedSandbox sandbox, ApiPlace? api, IReadOnlyList<HostMount> mounts)
    {
        if ((context.Pod.Spec.HostNetwork != true && sandbox.Ip is null) || mounts.Any(m => m.ContainerPath == HostsFile.Path))
        {
            return mounts;
        }

        var path = context.Layout.HostsFile(context.Pod.Metadata.Uid);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // In place: containers that run see this very file.
        File.WriteAllText(path, HostsFile.Of(context.Pod, sandbox.Ip, api, File.Exists(HostsFile.Path) ? File.ReadAllText(HostsFile.Path) : "", context.Resolvers.ClusterDomain));
        return [.. mounts, new HostMount(path, HostsFile.Path, ReadOnly: false)];
    }

    /// <summary>Adds the file for the container's termination message.</summary>
    private IReadOnlyList<HostMount> WithLastWords(StepContext context, V1Container container, IReadOnlyList<HostMount> mounts)
    {
        var path = string.IsNullOrEmpty(container.TerminationMessagePath) ? "/dev/termination-log" : container.TerminationMessagePath;
        return !context.Runtime.SharesFiles || mounts.Any(m => m.ContainerPath == path)
            ? mounts
            : [.. mounts, new HostMount(context.Messages.Prepare(context.Pod, Name, Attempt), path, ReadOnly: false)];
    }
}

public sealed record StartContainer(string Name, int Attempt) : PodStep(Name)
{
    public override TimeSpan Timeout => LifecycleHooks.PostStartTimeout + TimeSpan.FromMinutes(2);

    public override bool IsNeeded(PodSandboxes observed) => observed.Find(Name, Attempt) is null or { State: ContainerState.Created };

    public override async Task DoAsync(StepContext context, CancellationToken cancel)
    {
        var container = context.Observed.Find(Name, Attempt)
            ?? throw new RuntimeRefusalException(WaitingReasons.RunContainerError, "the container has gone before it was started");
        await context.Runtime.StartContainerAsync(container.Id, cancel);
        context.Events.Record(context.Pod, EventReasons.Started, $"Started container {Name}");
        await RunHookAsync(context, container.Id, cancel);
    }

    /// <summary>A container whose hook fails is killed; what becomes of it is the restart policy's.</summary>
    private async Task RunHookAsync(StepContext context, string id, CancellationToken cancel)
    {
        if (context.Target(Name, id) is not { Container.Lifecycle.PostStart: { } hook } target
            || await context.Hooks.RunAsync(hook, target, LifecycleHooks.PostStartTimeout, cancel) is not { } fault)
        {
            return;
        }

        context.Events.Record(context.Pod, EventReasons.FailedPostStartHook, $"PostStartHook failed: {fault}", isWarning: true);
        context.Events.Record(context.Pod, EventReasons.Killing, $"Container {Name} failed post-start hook, will be killed");
        await context.Runtime.StopContainerAsync(id, TimeSpan.Zero, cancel);
    }
}

public sealed record StopContainer(string Name, string Id, TimeSpan Grace) : PodStep(Name)
{
    // A container gets this long after a hook that took all of the grace.
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    /// <summary>Why it is stopped, for the event; null where its pod ends.</summary>
    public string? Because { get; init; }

    public override TimeSpan Timeout => Grace + TimeSpan.FromMinutes(2);

    public override bool IsNeeded(PodSandboxes observed) => observed.FindId(Id) is { State: ContainerState.Running or ContainerState.Unknown };

    public override async Task DoAsync(StepContext context, CancellationToken cancel)
    {
        context.Events.Record(context.Pod, EventReasons.Killing, Because ?? $"Stopping container {Name}");
        await context.Runtime.StopContainerAsync(Id, await RunHookAsync(context, cancel), cancel);
    }

    /// <summary>The grace that is left after the hook.</summary>
    private async Task<TimeSpan> RunHookAsync(StepContext context, CancellationToken cancel)
    {
        if (Grace <= TimeSpan.Zero || context.Target(Name, Id) is not { Container.Lifecycle.PreStop: { } hook } target)
        {
            return Grace;
        }

        var started = Stopwatch.GetTimestamp();
        if (await context.Hooks.RunAsync(hook, target, Grace, cancel) is { } fault)
        {
            context.Events.Record(context.Pod, EventReasons.FailedPreStopHook, $"PreStopHook failed: {fault}", isWarning: true);
        }

        var left = Grace - Stopwatch.GetElapsedTime(started);
        return left > LeastGrace ? left : LeastGrace;
    }
}

/// <summary>Removes an ended attempt that nobody looks at any more.</summary>
public sealed record RemoveContainer(string Name, string Id) : PodStep(Name)
{
    public override TimeSpan Timeout => TimeSpan.FromMinutes(2);

    public override bool IsNeeded(PodSandboxes observed) => observed.FindId(Id) is not null;

    public override Task DoAsync(StepContext context, CancellationToken cancel) => context.Runtime.RemoveContainerAsync(Id, cancel);
}
