using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Selectors;
using Orchestrator.Store;

namespace Orchestrator.Grains.Endpoints;

/// <summary>Keeps the endpoints of one Service. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IServiceGrain : IReconcilerGrain;

internal sealed class ServiceGrain(IObjectStore store, IEventRecorder events, TimeProvider time, ILogger<ServiceGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IServiceGrain
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly Random _uids = new();

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        return ServicePlan.Plan(new ServiceView(
            Store.Get(new ObjectKey(Resources.Services, key[0], key[1])),
            Store.Get(new ObjectKey(Resources.Endpoints, key[0], key[1])),
            [.. Store.List(Resources.EndpointSlices, key[0]).Items.Where(s => s.Labels.GetValueOrDefault(SlicePlan.ServiceLabel) == key[1])],
            selector => SelectorObject.ReadMap(selector) is { } selects
                ? Store.List(Resources.Pods, key[0]).Items.Where(p => selects.Matches(p.Labels)).Select(EndpointPod.Of)
                : [],
            node => Store.Get(new ObjectKey(Resources.Nodes, "", node))?.Labels.GetValueOrDefault(ZoneLabel),
            () => Uids.New(_uids),
            now));
    }
}
