using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Scheduling;

namespace Orchestrator.Grains.Explanations;

/// <summary>Asks the scheduler, wherever it runs, what it says of one node for one pod.</summary>
public sealed class NodeExplainer(IGrainFactory grains, GrainOptions options)
{
    /// <summary>A NodeExplanation as JSON; null where the scheduler does not know the pod or the node (yet).</summary>
    public async ValueTask<byte[]?> ExplainAsync(string podUid, string nodeName) =>
        await grains.GetGrain<ISchedulerGrain>(options.Scheduler.Name).ExplainNodeAsync(podUid, nodeName);
}
