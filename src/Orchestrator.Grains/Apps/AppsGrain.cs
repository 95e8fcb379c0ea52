using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;

namespace Orchestrator.Grains.Apps;

/// <summary>A grain that looks after one controller of <c>apps/v1</c>. The key is <c>NAMESPACE/NAME</c>.</summary>
internal abstract class AppsGrain(AppsParts parts, ILogger logger, Func<AppsParts, IAppsPlanner> planner)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission)
{
    private readonly IAppsPlanner _planner = planner(parts);

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(_planner.Kind.Resource, key[0], key[1])) is { } controller)
        {
            return _planner.Plan(controller, now);
        }

        parts.Orphans.Forget(_planner.Kind.Resource, this.GetPrimaryKeyString());
        return ReconcilePlan.Gone;
    }
}
