using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Events;
using Orchestrator.Agent.Plans;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Telemetry;

namespace Orchestrator.Agent.Steps;

/// <summary>Carries out a plan: looks whether a step is still needed, does it, looks whether it has worked.</summary>
public sealed partial class StepRunner(NodeInventory inventory, TimeProvider time, ILogger<StepRunner> logger)
{
    /// <summary>Runs the steps in order and returns what is to be remembered. Failures are remembered, not thrown.</summary>
    /// <exception cref="OperationCanceledException">The plan has been overtaken.</exception>
    public async Task<PodMemory> RunAsync(IEnumerable<PodStep> steps, StepContext context, PodMemory memory, CancellationToken cancel)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (failed.Contains("") || failed.Contains(step.Container))
            {
                continue;
            }

            try
            {
                await RunAsync(step, context, cancel);
                // A pull that works does not undo the failure of the creation after it.
                memory = step is PullImage ? memory : memory.Succeeded(step.Container);
            }
            catch (Exception error) when (!cancel.IsCancellationRequested)
            {
                failed.Add(step.Container);
                memory = Failed(step, error, context, memory);
            }
        }

        return memory;
    }

    private async Task RunAsync(PodStep step, StepContext context, CancellationToken cancel)
    {
        context.Observed = await ObserveAsync(context, cancel);
        if (!step.IsNeeded(context.Observed))
        {
            return;
        }

        var name = step.GetType().Name;
        using var activity = AgentTelemetry.Start(name, context.Pod);
        activity?.SetTag("k8s.container.name", step.Container);
        var started = Stopwatch.GetTimestamp();
        var outcome = "failed";
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(step.Timeout);
            await step.DoAsync(context, limit.Token);
            context.Observed = await ObserveAsync(context, cancel);
            if (!step.Verify(context.Observed))
            {
                throw new RuntimeUnavailableException($"{name} had no effect");
            }

            outcome = "done";
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeUnavailableException($"{name} took longer than {step.Timeout}", error);
        }
        finally
        {
            activity?.SetStatus(outcome == "done" ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            AgentTelemetry.StepDuration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new("step", name), new("outcome", outcome));
        }
    }

    private async Task<PodSandboxes> ObserveAsync(StepContext context, CancellationToken cancel)
    {
        var snapshot = await inventory.RefreshAsync(cancel);
        if (!snapshot.IsCurrent(context.Runtime))
        {
            throw new RuntimeUnavailableException($"{context.Runtime.Identity.Technology} does not answer");
        }

        return snapshot.Of(context.Pod.Metadata.Uid, context.Runtime);
    }

    private PodMemory Failed(PodStep step, Exception error, StepContext context, PodMemory memory)
    {
        var reason = (error as RuntimeRefusalException)?.Reason ?? step switch
        {
            RunSandbox or RemoveSandbox => WaitingReasons.FailedCreatePodSandBox,
            StopPod or StopContainer => EventReasons.FailedKillPod,
            PullImage => WaitingReasons.ErrImagePull,
            StartContainer => WaitingReasons.RunContainerError,
            _ => WaitingReasons.CreateContainerError,
        };
        LogFailed(step.GetType().Name, step.Container.Length == 0 ? "the sandbox" : $"container \"{step.Container}\"", context.Pod.Metadata.NamespaceProperty, context.Pod.Metadata.Name, error.Message);
        var eventReason = reason is EventReasons.FailedMount or EventReasons.FailedKillPod or WaitingReasons.FailedCreatePodSandBox ? reason : EventReasons.Failed;
        var what = step is PullImage ? $"Failed to pull image \"{context.Find(step.Container).Image}\": " : "";
        context.Events.Record(context.Pod, eventReason, what + error.Message, isWarning: true);
        if (step is PullImage)
        {
            context.Events.Record(context.Pod, EventReasons.Failed, $"Error: {reason}", isWarning: true);
        }

        return memory.Failed(step.Container, reason, error.Message, time.GetUtcNow());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Step} of {Subject} of pod {Namespace}/{Name} failed: {Error}")]
    private partial void LogFailed(string step, string subject, string @namespace, string name, string error);
}
