using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Grains.Quotas;

/// <summary>Counts what one ResourceQuota bounds. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IQuotaGrain : IReconcilerGrain;

internal sealed class QuotaGrain(IObjectStore store, IEventRecorder events, TimeProvider time, ILogger<QuotaGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IQuotaGrain
{
    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);

        // Read before what it counts: a charge that comes in between has changed the quota, and the count is then refused and made again.
        return Store.Get(new ObjectKey(Resources.ResourceQuotas, key[0], key[1])) is { } quota
            ? QuotaCount.Plan(quota, resource => Store.List(resource, key[0]).Items)
            : ReconcilePlan.Gone;
    }
}
