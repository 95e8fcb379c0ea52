using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Batch;
using Orchestrator.Store;

namespace Orchestrator.Grains.Feed;

/// <summary>Which Jobs, CronJobs and autoscalers a change concerns: the one that changed, and the one that made what changed. Autoscalers look at the rest when it is time.</summary>
internal sealed class BatchWakes(IObjectStore store)
{
    public IEnumerable<Wake> For(Change change)
    {
        StoredObject obj = change.Object;
        return obj.Key.Resource switch
        {
            Resources.Jobs => Owner(obj, "CronJob", Reconciler.CronJob).Prepend(Of(Reconciler.Job, obj)),
            Resources.CronJobs => [Of(Reconciler.CronJob, obj)],
            Resources.Autoscalers => [Of(Reconciler.Autoscaler, obj)],
            // By the label too: a pod that was orphaned names no owner, and its Job's finalizer has to come off.
            Resources.Pods when obj.Labels.TryGetValue(JobIdentity.JobNameLabel, out string? job) => [new Wake(Reconciler.Job, $"{obj.Key.Namespace}/{job}")],
            Resources.Pods when obj.OwnerUids.Count > 0 => Owner(obj, "Job", Reconciler.Job),
            _ => [],
        };
    }

    /// <summary>All that may need a look.</summary>
    public IEnumerable<Wake> All() =>
        store.List(Resources.Jobs).Items.Select(j => Of(Reconciler.Job, j))
            .Concat(store.List(Resources.CronJobs).Items.Select(c => Of(Reconciler.CronJob, c)))
            .Concat(store.List(Resources.Autoscalers).Items.Select(a => Of(Reconciler.Autoscaler, a)));

    private static IEnumerable<Wake> Owner(StoredObject obj, string kind, Reconciler reconciler) => OwnerReference.Of(obj)
        .Where(r => r.IsController && r.Kind == kind && r.ApiVersion == "batch/v1")
        .Select(r => new Wake(reconciler, $"{obj.Key.Namespace}/{r.Name}"));

    private static Wake Of(Reconciler reconciler, StoredObject obj) => new(reconciler, $"{obj.Key.Namespace}/{obj.Key.Name}");
}
