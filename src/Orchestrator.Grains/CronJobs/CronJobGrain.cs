using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;

namespace Orchestrator.Grains.CronJobs;

/// <summary>Looks after one CronJob. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface ICronJobGrain : IReconcilerGrain;

internal sealed class CronJobGrain(AppsParts parts, ILogger<CronJobGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission), ICronJobGrain
{
    private readonly RefusalBackOff _refusals = new();

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(Resources.CronJobs, key[0], key[1])) is not { } cronJob)
        {
            return ReconcilePlan.Gone;
        }

        CronJobRun[] runs = [.. parts.Owned(Resources.Jobs, cronJob).Select(j => new CronJobRun(j))];
        return _refusals.Watch(CronJobPlan.Plan(new CronJobView(cronJob, StoredJson.Read(cronJob), runs, _refusals.MayTry(now), now)), now);
    }
}
