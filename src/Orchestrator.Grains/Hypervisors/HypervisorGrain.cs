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
    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        if (Store.Get(new ObjectKey(Resources.Hypervisors, "", this.GetPrimaryKeyString())) is not { } hypervisor)
        {
            return ReconcilePlan.Gone;
        }

        string nodeName = StoredJson.Read(hypervisor).Child("spec").Text("nodeName") ?? "";
        return HypervisorHealth.Plan(hypervisor, Store.Get(new ObjectKey(Resources.Nodes, "", nodeName)), now);
    }
}
