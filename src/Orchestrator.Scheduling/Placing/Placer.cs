using Orchestrator.Scheduling.Cluster;
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
    private long _uses;

    public PlacementProfile Profile => profile;

    /// <summary>Evaluations kept now.</summary>
    public int EvaluationCount => _evaluations.Count;

    public Placement Place(WorkloadShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.UnsupportedFields.Count > 0)
        {
            return new Placement(-1, null, 0);
        }

        if (cluster.NodeCount == 0)
        {
            return new Placement(-1, null, (1 << profile.Filters.Count) - 1);
        }

        ShapeEvaluation evaluation = Evaluate(shape);
        int slot = evaluation.Best(random.Next(cluster.SlotCount));
        return slot < 0
            ? new Placement(-1, null, evaluation.RejectedBy)
            : new Placement(slot, cluster.NameOf(slot), evaluation.RejectedBy);
    }

    /// <summary>The reasons of a placement. To be asked for before the cluster changes again.</summary>
    public PlacementReport Report(WorkloadShape shape, Placement placement)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.UnsupportedFields.Count > 0)
        {
            return PlacementReport.Unsupported(cluster.NodeCount, shape.UnsupportedFields);
        }

        if (cluster.NodeCount == 0)
        {
            return PlacementReport.NoNodes;
        }

        ShapeEvaluation evaluation = Evaluate(shape);
        if (placement.IsPlaced)
        {
            return PlacementReporting.Placed(cluster, profile, evaluation, placement.Slot);
        }

        return evaluation.UnfitReport ??= PlacementReporting.Unfit(cluster, profile, evaluation);
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
