namespace Orchestrator.Scheduling.Simulation;

/// <summary>Puts what a simulation found into the form that is shown.</summary>
internal static class SimulationReporting
{
    public static SimulationReport Of(
        SimulationQuestion question,
        IReadOnlyList<string> notes,
        UsageSample before,
        UsageSample after,
        PlacementRun run,
        IReadOnlyList<Departure> departures)
    {
        return new SimulationReport
        {
            Policy = question.Policy,
            Seed = question.Seed,
            Notes = notes,
            Resources = Totals(before, after),
            Nodes = Nodes(question, before, after),
            Placements = [.. run.Placed.Select(Placed)],
            Pending = [.. run.Unplaced.Select(Pending)],
            Departures = [.. departures.Select(d => new DepartureAnswer(d.Pod.Key, d.Node, d.IsGone, d.Reason))],
        };
    }

    /// <summary>Use of all nodes together, of each resource that is offered before or after.</summary>
    public static UseChange[] Totals(UsageSample before, UsageSample after) =>
        [.. Columns(before, after).Select(c => new UseChange(after.NameOf(c), before.Total(c), after.Total(c)))];

    private static int[] Columns(UsageSample before, UsageSample after) =>
        [.. Enumerable.Range(0, after.Columns).Where(c => before.IsOffered(c) || after.IsOffered(c))];

    /// <summary>Nodes in the order of their names.</summary>
    public static NodeChange[] Nodes(SimulationQuestion question, UsageSample before, UsageSample after)
    {
        int[] columns = Columns(before, after);
        string? Change(string node) =>
            !after.HasNode(node) ? NodeChanges.Lost
            : !before.HasNode(node) ? NodeChanges.Added
            : question.Drained.Contains(node) ? NodeChanges.Drained
            : null;
        UseChange? Use(string node, int column)
        {
            var change = new UseChange(after.NameOf(column), before.On(node, column), after.On(node, column));
            return IsNothing(change.Before) && IsNothing(change.After) ? null : change;
        }

        return
        [
            .. before.NodeNames.Union(after.NodeNames, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(node => new NodeChange(
                node, Change(node), before.PodsOn(node), after.PodsOn(node), [.. columns.Select(c => Use(node, c)).OfType<UseChange>()])),
        ];
    }

    private static bool IsNothing(ResourceUse? use) => use is null or { Allocatable: "0", Requested: "0" };

    private static PlacedAnswer Placed(SimulatedPlacement placement) => new(
        placement.Pod.Key,
        placement.Pod.Controller?.ToString(),
        placement.Origin,
        placement.From,
        placement.Node!,
        placement.Report!.Scores[0].Total,
        placement.Report.NodesEligible,
        placement.Report.Preemption?.Victims);

    private static PendingAnswer Pending(SimulatedPlacement placement) => new(
        placement.Pod.Key, placement.Pod.Controller?.ToString(), placement.Origin, placement.From, placement.Report!.Message, placement.Report.Remedies);
}
