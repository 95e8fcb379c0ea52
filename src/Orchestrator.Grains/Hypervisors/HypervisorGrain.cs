using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Hypervisors;

/// <summary>Watches over one Hypervisor. The key is its name.</summary>
public interface IHypervisorGrain : IReconcilerGrain;

internal sealed class HypervisorGrain(IObjectStore store, IEventRecorder events, TimeProvider time, ILogger<HypervisorGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IHypervisorGrain
{
    // Counting is late on purpose: thousands of binds must not become thousands of writes.
    private static readonly TimeSpan CountDelay = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(30);

    private DateTimeOffset _countedAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _countDue;

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        if (Store.Get(new ObjectKey(Resources.Hypervisors, "", this.GetPrimaryKeyString())) is not { } hypervisor)
        {
            return ReconcilePlan.Gone;
        }

        _countDue ??= now - _countedAt > CountInterval ? now + CountDelay : _countedAt + CountInterval;
        bool counts = _countDue <= now;
        string nodeName = StoredJson.Read(hypervisor).Child("spec").Text("nodeName") ?? "";
        ReconcilePlan plan = HypervisorHealth.Plan(
            hypervisor,
            Store.Get(new ObjectKey(Resources.Nodes, "", nodeName)),
            counts ? Store.ListByField(Resources.Pods, Resources.PodNodeName, nodeName).Items : null,
            HandlerOf,
            now);
        if (!counts)
        {
            return plan with { LookAgainAfter = _countDue - now };
        }

        _countDue = null;
        _countedAt = plan.Mutations.Count > 0 ? now : _countedAt;
        return plan;
    }

    private string? HandlerOf(string runtimeClass) =>
        Store.Get(new ObjectKey(Resources.RuntimeClasses, "", runtimeClass)) is { } stored ? StoredJson.Read(stored).Text("handler") : null;
}
