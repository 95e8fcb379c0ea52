using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>What is left to do for a Job that has ended or is being deleted: its pods are let go of, and it is deleted when its time is over.</summary>
internal static class JobRetention
{
    public static ReconcilePlan Plan(JobView view)
    {
        List<Mutation> mutations = [.. Release(view.Pods.Select(p => p.Stored))];
        if (view.Stored.IsTerminating || view.Spec.Integer("ttlSecondsAfterFinished") is not { } seconds || EndedAt(view) is not { } ended)
        {
            return new ReconcilePlan { Mutations = mutations };
        }

        DateTimeOffset expiry = ended + TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
        if (expiry > view.Now)
        {
            return new ReconcilePlan { Mutations = mutations, LookAgainAfter = expiry - view.Now };
        }

        if (ObjectDeletion.Delete(view.Stored, ImmediateDeletion.Instance, null, view.Now, Propagation.Foreground) is { } deletion)
        {
            mutations.Add(deletion);
        }

        return new ReconcilePlan { Mutations = mutations };
    }

    /// <summary>Takes the finalizers off pods that nobody will count.</summary>
    public static IEnumerable<Mutation> Release(IEnumerable<StoredObject> pods) => pods
        .Where(p => JobPod.Of(p).HasFinalizer)
        .Select(p => Finalizers.Remove(p, JobIdentity.TrackingFinalizer, PodDeletion.Instance));

    private static DateTimeOffset? EndedAt(JobView view)
    {
        JsonObject? condition = view.Condition("Complete") ?? view.Condition("Failed");
        return condition.Time("lastTransitionTime");
    }
}
