using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>
/// What a node lacks of what a workload requests, while pods of it are thought away and back: the question of <see cref="FitsResources"/> as a sum,
/// for the many nodes on which nothing else decides.
/// </summary>
internal sealed class Shortfall
{
    private ResourceAmount[] _requests = [];
    private long[] _lacking = [];

    public bool IsNone => !_lacking.AsSpan(0, _requests.Length).ContainsAnyInRange(1, long.MaxValue);

    public void Begin(ClusterState cluster, int slot, WorkloadShape shape)
    {
        _requests = shape.Requests;
        if (_lacking.Length < _requests.Length)
        {
            _lacking = new long[_requests.Length];
        }

        for (int i = 0; i < _requests.Length; i++)
        {
            _lacking[i] = FitsResources.Lacking(cluster, slot, _requests[i]);
        }
    }

    /// <summary>The pod goes (-1), or comes back (1).</summary>
    public void Count(WorkloadShape pod, int sign)
    {
        // Both are in the order of columns.
        int at = 0;
        foreach (ResourceAmount used in pod.Requests)
        {
            while (at < _requests.Length && _requests[at].Column < used.Column)
            {
                at++;
            }

            if (at < _requests.Length && _requests[at].Column == used.Column)
            {
                _lacking[at] += sign * used.Amount;
            }
        }
    }
}
