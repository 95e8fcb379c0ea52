using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Batch;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>Looks after one Job. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IJobGrain : IReconcilerGrain;

internal sealed class JobGrain(AppsParts parts, ILogger<JobGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission), IJobGrain
{
    private readonly JobPlanner _planner = new(parts);

    protected override ReconcilePlan Plan(DateTimeOffset now) => _planner.Plan(this.GetPrimaryKeyString(), now);
}

/// <summary>Reads what the plan of a Job is made from.</summary>
internal sealed class JobPlanner(AppsParts parts)
{
    private readonly RefusalBackOff _refusals = new();

    public ReconcilePlan Plan(string key, DateTimeOffset now)
    {
        string[] names = key.Split('/', 2);
        return parts.Store.Get(new ObjectKey(Resources.Jobs, names[0], names[1])) is { } job
            ? _refusals.Watch(JobPlan.Plan(new JobView(job, parts.Owned(Resources.Pods, job), _refusals.MayTry(now), now)), now)
            : Abandoned(names[0], names[1]);
    }

    // Pods that outlive their Job, orphaned or about to be collected, must not be held by it.
    private ReconcilePlan Abandoned(string ns, string name)
    {
        List<Mutation> releases =
        [
            .. JobRetention.Release(parts.Store.List(Resources.Pods, ns).Items.Where(p =>
                p.Labels.GetValueOrDefault(JobIdentity.JobNameLabel) == name
                || (p.OwnerUids.Count > 0 && OwnerReference.Of(p).Any(r => r is { IsController: true, Kind: "Job" } && r.Name == name)))),
        ];
        return releases.Count > 0 ? new ReconcilePlan { Mutations = releases } : ReconcilePlan.Gone;
    }
}
