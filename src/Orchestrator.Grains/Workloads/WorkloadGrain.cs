using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Grains.Workloads;

/// <summary>Watches over one pod whose node does not do its part. The key is <c>NAMESPACE/NAME</c>. It lives only while there is something to watch for.</summary>
public interface IWorkloadGrain : IReconcilerGrain;

internal sealed class WorkloadGrain(IObjectStore store, IEventRecorder events, TimeProvider time, ILogger<WorkloadGrain> logger)
    : ReconcilingGrain(store, events, time, logger), IWorkloadGrain
{
    private DateTimeOffset? _nodeMissingSince;

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(Resources.Pods, key[0], key[1])) is not { } pod)
        {
            return ReconcilePlan.Gone;
        }

        string nodeName = pod.Fields.GetValueOrDefault(Resources.PodNodeName, "");
        StoredObject? node = Store.Get(new ObjectKey(Resources.Nodes, "", nodeName));
        _nodeMissingSince = node is null ? _nodeMissingSince ?? now : null;
        ReconcilePlan plan = WorkloadFate.Plan(pod, node, _nodeMissingSince ?? now, now);
        return plan.Mutations.Count == 0 && plan.LookAgainAfter is null ? ReconcilePlan.Gone : plan;
    }
}
