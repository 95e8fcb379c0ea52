using Orchestrator.Scheduling.Simulation;

namespace Orchestrator.Scheduling.Planning;

/// <summary>
/// Plans moves of virtual machines (live migration) and containers (restart). Pure and deterministic; uses up the cluster that it is given, which is as
/// it will be when the plan is carried out.
/// </summary>
public static class MovePlanner
{
    /// <param name="cluster">The cluster.</param>
    /// <param name="goal">One of <see cref="PlanGoals"/>.</param>
    /// <param name="question">For make-room: manifests of further pods that are to fit.</param>
    /// <param name="options">Limits and costs.</param>
    /// <param name="cancel">Cancellation.</param>
    public static SimulationAnswer<MovePlan> Plan(SimulatedCluster cluster, string goal, SimulationQuestion question, PlanOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(options);
        var prepared = new PreparedQuestion(cluster, question);
        if (prepared.Errors.Count > 0)
        {
            return SimulationAnswer.Refused<MovePlan>(prepared.Errors);
        }

        UsageSample before = UsageSample.Of(cluster);
        var steps = new MoveSteps(cluster, options);
        var room = new RoomMaking(cluster, steps, options);
        string summary = goal switch
        {
            PlanGoals.Rebalance => Rebalancing.Plan(steps, options, cancel),
            PlanGoals.Defragment => Defragmenting.Plan(cluster, steps, options, cancel),
            PlanGoals.MakeRoom => room.Plan(Unplaced(cluster, question, prepared, cancel), cancel),
            _ => throw new ArgumentException($"there is no goal {goal}", nameof(goal)),
        };
        UsageSample after = UsageSample.Of(cluster);
        return SimulationAnswer.Of(new MovePlan
        {
            Goal = goal,
            Summary = summary,
            Notes = [.. prepared.Notes(), .. room.Failures, .. steps.IsFull ? [$"the plan ends at its limit of {options.MostMoves} moves"] : Array.Empty<string>()],
            Moves = steps.Moves,
            Placements = room.Placements,
            CostSeconds = Math.Round(steps.Moves.Sum(m => m.CostSeconds), 1),
            Resources = SimulationReporting.Totals(before, after),
            Nodes = SimulationReporting.Nodes(question, before, after),
        });
    }

    // Those that fit are placed first, as the scheduler will; nobody gives way meanwhile.
    private static List<SimulatedPod> Unplaced(SimulatedCluster cluster, SimulationQuestion question, PreparedQuestion prepared, CancellationToken cancel)
    {
        var run = new PlacementRun(cluster, question.Profile, new Random(question.Seed)) { MayPreempt = false };
        Simulator.EnqueueWaiting(cluster, run);
        Simulator.EnqueueNew(cluster, prepared, run);
        run.Run(cancel);
        return [.. run.Unplaced.Where(p => !p.Pod.Facts.IsGated).Select(p => p.Pod)];
    }
}
