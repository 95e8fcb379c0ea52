using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Explanations;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>
/// Chooses nodes. Pure: the same cluster, shapes and seed give the same choices. It does not count the pod against the node:
/// the caller does, by <see cref="ClusterState.PlacePod"/>.
/// </summary>
/// <param name="cluster">The cluster, read at every call.</param>
/// <param name="profile">Filters and scorers.</param>
/// <param name="random">Breaks ties among equally good nodes.</param>
/// <param name="evaluationLimit">Most shapes whose evaluation is kept; the least recently used is dropped.</param>
public sealed class Placer(ClusterState cluster, PlacementProfile profile, Random random, int evaluationLimit = 256)
{
    private readonly Dictionary<WorkloadShape, ShapeEvaluation> _evaluations = new(ReferenceEqualityComparer.Instance);
    private readonly TopologyEvaluation _topology = new(cluster, profile);
    private ((Workload, long, long) Asked, PlacementReport Report)? _unfit;
    private long _uses;

    public PlacementProfile Profile => profile;

    /// <summary>Evaluations kept now.</summary>
    public int EvaluationCount => _evaluations.Count;

    /// <param name="workload">The workload.</param>
    /// <param name="preferred">The slot to choose where it is eligible, whatever its score; -1 for none.</param>
    public Placement Place(Workload workload, int preferred = -1)
    {
        if (workload.Shape.IsHopeless)
        {
            return new Placement(-1, null, 0);
        }

        if (cluster.NodeCount == 0)
        {
            return new Placement(-1, null, (1 << profile.FilterCount) - 1);
        }

        NodeVerdicts nodes = NodesFor(workload, out _);
        int slot = preferred >= 0 && nodes.Verdicts[preferred] == 0 ? preferred : nodes.Best(random.Next(cluster.SlotCount));
        return slot < 0
            ? new Placement(-1, null, nodes.RejectedBy)
            : new Placement(slot, cluster.NameOf(slot), nodes.RejectedBy);
    }

    /// <summary>The reasons of a placement. To be asked for before the cluster changes again.</summary>
    public PlacementReport Report(Workload workload, Placement placement)
    {
        if (workload.Shape.IsHopeless)
        {
            return workload.Shape.Volumes.Obstacle is { } obstacle
                ? PlacementReport.Unbound(cluster.NodeCount, obstacle)
                : PlacementReport.Unsupported(cluster.NodeCount, workload.Shape.UnsupportedFields);
        }

        if (cluster.NodeCount == 0)
        {
            return PlacementReport.NoNodes;
        }

        ShapeEvaluation single = Evaluate(workload.Shape);
        NodeVerdicts nodes = NodesFor(workload, out bool concerned);
        var evaluation = new Evaluation(cluster, profile, workload, nodes, concerned ? _topology : null);
        if (placement.IsPlaced)
        {
            return PlacementReporting.Placed(evaluation, placement.Slot);
        }

        // Where pods are elsewhere changes what is in the way on nodes that did not change: then all are asked, else those that did.
        return _topology.IsFiltered(workload)
            ? UnfitByTopology(evaluation)
            : single.UnfitReport ??= PlacementReporting.Unfit(evaluation, single.Obstacles(workload));
    }

    /// <summary>What every filter says of one node, whether or not another rejects it first.</summary>
    public NodeReport ReportNode(Workload workload, int slot)
    {
        NodeVerdicts nodes = NodesFor(workload, out bool concerned);
        NodeReport report = PlacementReporting.OfNode(new Evaluation(cluster, profile, workload, nodes, concerned ? _topology : null), slot);
        return !workload.Shape.IsHopeless ? report : report with
        {
            Filters =
            [
                .. report.Filters,
                .. workload.Shape.UnsupportedFields.Select(field => new FilterAnswer(
                    "IsSupported", false, [$"the scheduler does not support {field} yet"], $"remove {field}")),
                .. workload.Shape.Volumes.Obstacle is { } obstacle ? [new FilterAnswer(nameof(ReachesVolumes), false, [obstacle], null)] : (FilterAnswer[])[],
            ],
            Score = null,
            Rank = null,
            NodesEligible = 0,
        };
    }

    private PlacementReport UnfitByTopology(Evaluation evaluation)
    {
        (Workload, long, long) asked = (evaluation.Workload, cluster.Version, cluster.NodesVersion);
        if (_unfit is { } last && last.Asked == asked)
        {
            return last.Report;
        }

        var obstacles = new ObstacleTable();
        obstacles.Reserve(cluster.SlotCount);
        for (int slot = 0; slot < cluster.SlotCount; slot++)
        {
            obstacles.Examine(cluster, profile, evaluation.Workload, slot);
        }

        PlacementReport report = PlacementReporting.Unfit(evaluation, obstacles);
        _unfit = (asked, report);
        return report;
    }

    private NodeVerdicts NodesFor(Workload workload, out bool concerned)
    {
        NodeVerdicts single = Evaluate(workload.Shape).Nodes;
        concerned = single.EligibleCount > 0 && _topology.Concerns(workload);
        return concerned ? _topology.Evaluate(workload, single) : single;
    }

    private ShapeEvaluation Evaluate(WorkloadShape shape)
    {
        if (!_evaluations.TryGetValue(shape, out ShapeEvaluation? evaluation))
        {
            if (_evaluations.Count >= evaluationLimit)
            {
                _evaluations.Remove(_evaluations.MinBy(e => e.Value.LastUse).Key);
            }

            evaluation = new ShapeEvaluation(cluster, profile, shape);
            _evaluations.Add(shape, evaluation);
        }

        evaluation.LastUse = ++_uses;
        evaluation.Refresh();
        return evaluation;
    }
}
