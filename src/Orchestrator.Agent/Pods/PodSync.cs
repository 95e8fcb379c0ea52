using k8s.Models;
using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Network.Dns;
using Orchestrator.Agent.Nodes;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Status;
using Orchestrator.Agent.Steps;
using Orchestrator.Agent.Volumes;

namespace Orchestrator.Agent.Pods;

/// <summary>What came of bringing one pod forward.</summary>
/// <param name="IsFinished">Nothing is left of the pod, on the node or in the API.</param>
/// <param name="Memory">To be handed to the next sync.</param>
/// <param name="RetryAt">When to look again though nothing was heard; null for the usual interval.</param>
public sealed record SyncResult(bool IsFinished, PodMemory Memory, DateTimeOffset? RetryAt);

/// <summary>
/// Brings one pod of the node one step of its life forward, from whatever is found. Holds no state of its own: everything is read again each time.
/// </summary>
public sealed class PodSync(
    AgentOptions options,
    NodeLayout layout,
    PodRegistry registry,
    NodeInventory inventory,
    RuntimeSet runtimes,
    RuntimeClasses classes,
    NodeAdmission admission,
    PodVolumes volumes,
    ContainerEnvironment environment,
    ApiAccess api,
    PodResolvers resolvers,
    PodProbes probes,
    LifecycleHooks hooks,
    PodImages images,
    TerminationMessages messages,
    PodEndings endings,
    StepRunner runner,
    StatusWriter writer,
    IEventSink events,
    TimeProvider time)
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    /// <summary>Grace for the containers of a pod that has vanished from the API without having been stopped.</summary>
    private static readonly TimeSpan OrphanGrace = TimeSpan.FromSeconds(2);

    // Sandbox, init containers and containers each take a pass; more than this many in one go means that something undoes what is done.
    private const int MaxPasses = 64;

    public async Task<SyncResult> SyncAsync(string uid, PodMemory memory, CancellationToken cancel)
    {
        var snapshot = await inventory.RefreshAsync(cancel);
        return registry.Find(uid) switch
        {
            null => registry.IsSynchronized ? await RemoveOrphanAsync(uid, snapshot, memory, cancel) : Again(memory),
            { Metadata.DeletionTimestamp: not null } pod => await EndAsync(pod, snapshot, memory, cancel),
            { Status.Phase: PodPhases.Succeeded or PodPhases.Failed } pod => await ReleaseAsync(pod, snapshot, memory, cancel),
            var pod when endings.Of(pod) is { } ending => await FailAsync(pod, ending, snapshot, memory, cancel),
            var pod => await RunAsync(pod, memory, cancel),
        };
    }

    private SyncResult Again(PodMemory memory) => new(IsFinished: false, memory, time.GetUtcNow() + SoonAgain);

    private async Task<SyncResult> RunAsync(V1Pod pod, PodMemory memory, CancellationToken stopped)
    {
        // What is under way when the pod's time is over is not waited for.
        using var deadline = PodEnding.Deadline(pod) is { } at ? new CancellationTokenSource(at - time.GetUtcNow(), time) : null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopped, deadline?.Token ?? CancellationToken.None);
        var cancel = limit.Token;
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            pod = registry.Find(pod.Metadata.Uid) ?? pod;
            var (runtime, handler, refusal) = await ChooseRuntimeAsync(pod, cancel);
            if (Admit(pod, runtime) is { } rejected)
            {
                await writer.WriteAsync(pod, RefusedStatus.Of(pod, rejected, options.NodeIp, time.GetUtcNow()), cancel);
                events.Record(pod, rejected.Reason, rejected.Message, isWarning: true);
                return Again(memory);
            }

            if (runtime is null && runtimes.IsUndecided)
            {
                // Nothing can be said yet; the pod is looked at again as soon as a runtime's health is known.
                return Again(memory);
            }

            if (runtime is null)
            {
                memory = memory.Failed("", WaitingReasons.FailedCreatePodSandBox, refusal!, time.GetUtcNow());
                await ReportAsync(pod, null, PodPlan.Nothing, memory, "", null, cancel);
                events.Record(pod, EventReasons.FailedCreatePodSandBox, refusal!, isWarning: true);
                return new SyncResult(IsFinished: false, memory, memory.Failures[""].RetryAt);
            }

            if (!inventory.Latest.IsCurrent(runtime))
            {
                return Again(memory);
            }

            var sandboxes = inventory.Latest.Of(pod.Metadata.Uid, runtime);
            memory = memory.Observed(sandboxes.Current, time.GetUtcNow());
            probes.Follow(pod, sandboxes.Current, runtime);
            var plan = PodPlan.ToRun(pod, sandboxes.Current, sandboxes.Stale, memory, probes.Of(pod.Metadata.Uid), time.GetUtcNow());
            var reported = await ReportAsync(pod, sandboxes.Current, plan, memory, runtime.Identity.Technology, null, cancel);
            if (plan.Steps.IsEmpty)
            {
                return reported == WriteOutcome.Retry ? Again(memory) : new SyncResult(IsFinished: false, memory, Earlier(plan.RetryAt, PodEnding.Deadline(registry.Find(pod.Metadata.Uid) ?? pod)));
            }

            if (endings.Of(pod) is not null)
            {
                return new SyncResult(IsFinished: false, memory, time.GetUtcNow());
            }

            memory = await runner.RunAsync(plan.Steps, Context(pod, runtime, handler), memory, cancel);
        }

        return Again(memory);
    }

    /// <summary>Stops the containers, reports how they ended, removes everything, and only then lets the API forget the pod.</summary>
    private async Task<SyncResult> EndAsync(V1Pod pod, InventorySnapshot snapshot, PodMemory memory, CancellationToken cancel)
    {
        probes.Stop(pod.Metadata.Uid);
        if (snapshot.Runtimes.Any(v => !v.IsCurrent))
        {
            // What cannot be seen may still be running.
            return Again(memory);
        }

        if (snapshot.HolderOf(pod.Metadata.Uid) is { } runtime)
        {
            if (!await StopAsync(pod, runtime, snapshot, RemainingGrace(pod), PodEnd.Deleted, memory, cancel))
            {
                return Again(memory);
            }

            await runner.RunAsync(PodPlan.ToRemove(inventory.Latest.Of(pod.Metadata.Uid, runtime).All).Steps, Context(pod, runtime, ""), memory, cancel);
            if (inventory.Latest.HolderOf(pod.Metadata.Uid) is not null)
            {
                return Again(memory);
            }
        }

        volumes.TearDown(pod.Metadata.Uid);
        Forget(pod);
        var deleted = await writer.DeleteAsync(pod, cancel);
        if (deleted == WriteOutcome.Retry)
        {
            return Again(memory);
        }

        return new SyncResult(IsFinished: true, memory, null);
    }

    /// <summary>Stops a pod that the node ends, and then says that it has failed; what it held is given back as that of any other that has ended.</summary>
    private async Task<SyncResult> FailAsync(V1Pod pod, PodEnding ending, InventorySnapshot snapshot, PodMemory memory, CancellationToken cancel)
    {
        probes.Stop(pod.Metadata.Uid);
        if (snapshot.Runtimes.Any(v => !v.IsCurrent))
        {
            return Again(memory);
        }

        var end = new PodEnd(ending);
        if (snapshot.HolderOf(pod.Metadata.Uid) is { } runtime)
        {
            return await StopAsync(pod, runtime, snapshot, ending.Grace ?? TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds ?? 30), end, memory, cancel)
                ? new SyncResult(IsFinished: false, memory, time.GetUtcNow())
                : Again(memory);
        }

        await ReportAsync(pod, null, PodPlan.Nothing, memory, "", end, cancel);
        return Again(memory);
    }

    /// <summary>Stops the containers and reports how they ended; false where that is not through.</summary>
    private async Task<bool> StopAsync(V1Pod pod, IPodRuntime runtime, InventorySnapshot snapshot, TimeSpan grace, PodEnd end, PodMemory memory, CancellationToken cancel)
    {
        var plan = PodPlan.ToEnd(pod, snapshot.Of(pod.Metadata.Uid, runtime).All, grace);
        if (end.Failure is { } failure && !plan.Steps.IsEmpty)
        {
            events.Record(pod, failure.Reason, failure.Message, isWarning: true);
        }

        await runner.RunAsync(plan.Steps, Context(pod, runtime, ""), memory, cancel);
        var ended = inventory.Latest.Of(pod.Metadata.Uid, runtime);
        var stillRuns = !PodPlan.ToEnd(pod, ended.All, TimeSpan.Zero).Steps.IsEmpty;
        var reported = await ReportAsync(pod, ended.Current, plan, memory, runtime.Identity.Technology, stillRuns && end.Failure is not null ? null : end, cancel);
        return !stillRuns && reported != WriteOutcome.Retry;
    }

    /// <summary>A pod that has ended by itself keeps its status and logs; what it held of the node is given back.</summary>
    private async Task<SyncResult> ReleaseAsync(V1Pod pod, InventorySnapshot snapshot, PodMemory memory, CancellationToken cancel)
    {
        probes.Forget(pod.Metadata.Uid);
        if (snapshot.HolderOf(pod.Metadata.Uid) is { } runtime)
        {
            var context = Context(pod, runtime, "");
            var sandboxes = snapshot.Of(pod.Metadata.Uid, runtime);
            await runner.RunAsync([.. PodPlan.ToEnd(pod, sandboxes.All, OrphanGrace).Steps, .. PodPlan.ToRemove(sandboxes.All).Steps], context, memory, cancel);
            if (inventory.Latest.HolderOf(pod.Metadata.Uid) is not null)
            {
                return Again(memory);
            }
        }

        volumes.TearDown(pod.Metadata.Uid);
        admission.Release(pod.Metadata.Uid);
        endings.Forget(pod.Metadata.Uid);
        return new SyncResult(IsFinished: false, memory, null);
    }

    private async Task<SyncResult> RemoveOrphanAsync(string uid, InventorySnapshot snapshot, PodMemory memory, CancellationToken cancel)
    {
        foreach (var view in snapshot.Runtimes)
        {
            foreach (var sandbox in view.Sandboxes.Where(s => s.PodUid == uid))
            {
                var pod = Stub(sandbox);
                await runner.RunAsync(
                    [.. PodPlan.ToEnd(pod, [sandbox], OrphanGrace).Steps, new RemoveSandbox(sandbox.Id)], Context(pod, view.Runtime, ""), memory, cancel);
                DeleteLogs(pod);
            }
        }

        if (inventory.Latest.HolderOf(uid) is not null)
        {
            return Again(memory);
        }

        volumes.TearDown(uid);
        admission.Release(uid);
        probes.Forget(uid);
        endings.Forget(uid);
        return new SyncResult(IsFinished: true, memory, null);
    }

    private async Task<(IPodRuntime? Runtime, string Handler, string? Refusal)> ChooseRuntimeAsync(V1Pod pod, CancellationToken cancel)
    {
        try
        {
            var handler = await classes.HandlerOfAsync(pod, cancel);
            var runtime = inventory.Latest.HolderOf(pod.Metadata.Uid) ?? runtimes.Serving(handler);
            return (runtime, handler, $"no runtime of node {options.NodeName} serves handler \"{handler}\" now");
        }
        catch (RuntimeRefusalException error)
        {
            return (null, "", error.Message);
        }
    }

    private AdmissionRefusal? Admit(V1Pod pod, IPodRuntime? runtime)
    {
        var isKnown = pod.Status?.StartTime is not null || inventory.Latest.HolderOf(pod.Metadata.Uid) is not null;
        return (isKnown ? null : UnsupportedFields.Of(pod, runtime))
            ?? admission.Admit(pod, isKnown, registry.All.Where(p => p.Metadata.Uid != pod.Metadata.Uid));
    }

    private Task<WriteOutcome> ReportAsync(
        V1Pod pod, ObservedSandbox? sandbox, PodPlan plan, PodMemory memory, string technology, PodEnd? end, CancellationToken cancel)
    {
        var view = new PodStatusView(
            pod, messages.In(pod, sandbox), technology, plan.Waiting, memory.Failures.GetValueOrDefault(""), probes.Of(pod.Metadata.Uid), options.NodeIp, end, time.GetUtcNow());
        var status = view.Compute();
        BackOffEvents.Record(events, pod, status);
        return writer.WriteAsync(pod, status, cancel);
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private TimeSpan RemainingGrace(V1Pod pod)
    {
        // deletionTimestamp is when the grace period ends, so that a restarted agent does not begin it anew.
        var remaining = pod.Metadata.DeletionTimestamp!.Value - time.GetUtcNow().UtcDateTime;
        var granted = TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);
        return remaining < TimeSpan.Zero ? TimeSpan.Zero : remaining < granted ? remaining : granted;
    }

    private StepContext Context(V1Pod pod, IPodRuntime runtime, string handler) => new()
    {
        Pod = pod,
        Runtime = runtime,
        Handler = handler,
        Layout = layout,
        Volumes = volumes,
        Environment = environment,
        Api = api,
        Resolvers = resolvers,
        Devices = options.Devices,
        Events = events,
        Hooks = hooks,
        Images = images,
        Messages = messages,
        Time = time,
        NodeIp = options.NodeIp,
    };

    private void Forget(V1Pod pod)
    {
        probes.Forget(pod.Metadata.Uid);
        admission.Release(pod.Metadata.Uid);
        endings.Forget(pod.Metadata.Uid);
        DeleteLogs(pod);
    }

    private void DeleteLogs(V1Pod pod)
    {
        var logs = layout.LogDirectory(pod);
        if (Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }
    }

    private static V1Pod Stub(ObservedSandbox sandbox) => new()
    {
        Metadata = new V1ObjectMeta { Name = sandbox.PodName, NamespaceProperty = sandbox.PodNamespace, Uid = sandbox.PodUid },
        Spec = new V1PodSpec { Containers = [] },
    };
}
