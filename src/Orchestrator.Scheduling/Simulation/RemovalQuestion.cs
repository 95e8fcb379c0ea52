using System.Text.Json;
using Orchestrator.Scheduling.Placing;

namespace Orchestrator.Scheduling.Simulation;

/// <summary>
/// Which nodes could be taken away? A node can be where all its pods that would be missed are made anew by controllers, no disruption budget keeps
/// them, and all fit on other nodes. Asked for each node by itself, and then for as many as can go together, the emptiest first.
/// </summary>
public static class RemovalQuestion
{
    public static SimulationAnswer<RemovalReport> Run(SimulatedCluster cluster, SimulationQuestion question, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(question);
        var prepared = new PreparedQuestion(cluster, question);
        if (prepared.Errors.Count > 0)
        {
            return SimulationAnswer.Refused<RemovalReport>(prepared.Errors);
        }

        PlacementRun run = Simulator.ChangeNodes(cluster, question, prepared, out _);
        Simulator.EnqueueNew(cluster, prepared, run);
        run.Run(cancel);
        UsageSample before = UsageSample.Of(cluster);
        var removal = new Removal(cluster, new Placer(cluster.State, question.Profile, new Random(question.Seed)));
        NodeRemoval[] alone = [.. cluster.NodeNames.ToArray().Select(node => Ask(removal, node, cancel))];
        string[] together = Together(cluster, removal, alone, cancel);
        return SimulationAnswer.Of(new RemovalReport
        {
            Policy = question.Policy,
            Seed = question.Seed,
            Notes = [.. prepared.Notes()],
            Nodes = alone,
            Together = together,
            Resources = SimulationReporting.Totals(before, UsageSample.Of(cluster)),
        });
    }

    private static NodeRemoval Ask(Removal removal, string node, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        string? obstacle = removal.TryRemove(node, out IReadOnlyList<PodMove> moves, out Action undo);
        undo();
        return new NodeRemoval(node, obstacle is null, obstacle, moves);
    }

    private static string[] Together(SimulatedCluster cluster, Removal removal, NodeRemoval[] alone, CancellationToken cancel)
    {
        var gone = new List<string>();
        foreach (NodeRemoval node in alone.Where(n => n.Removable).OrderBy(n => n.Moves.Count).ThenBy(n => n.Node, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            if (cluster.NodeNames.Count > 1 && removal.TryRemove(node.Node, out _, out _) is null)
            {
                gone.Add(node.Node);
            }
        }

        return [.. gone.Order(StringComparer.Ordinal)];
    }

    /// <summary>Takes nodes away, and puts them back where that does not work.</summary>
    private sealed class Removal(SimulatedCluster cluster, Placer placer)
    {
        /// <summary>Null where the node is gone and its pods are elsewhere; else the obstacle, and nothing has changed.</summary>
        public string? TryRemove(string node, out IReadOnlyList<PodMove> moves, out Action undo)
        {
            SimulatedPod[] all = Departing.PodsOf(cluster, node);
            SimulatedPod[] leaving = [.. all.Where(p => !p.BelongsToNode).OrderByDescending(p => p.Facts.Priority).ThenBy(p => p.Key, StringComparer.Ordinal)];
            moves = [];
            undo = () => { };
            if (Obstacle(leaving) is { } obstacle)
            {
                return obstacle;
            }

            JsonElement json = cluster.NodeJson(node);
            undo = () =>
            {
                foreach (SimulatedPod pod in all)
                {
                    cluster.RemovePod(pod.Facts.Uid);
                }

                cluster.Add(json);
                foreach (SimulatedPod pod in all)
                {
                    cluster.Place(pod, node);
                }
            };
            foreach (SimulatedPod pod in all)
            {
                cluster.RemovePod(pod.Facts.Uid);
            }

            cluster.RemoveNode(node);
            string? failure = MoveAll(leaving, out moves);
            if (failure is not null)
            {
                undo();
                undo = () => { };
            }

            return failure;
        }

        private string? Obstacle(SimulatedPod[] leaving)
        {
            foreach (SimulatedPod pod in leaving)
            {
                if (pod.Controller is null)
                {
                    return $"pod {pod.Key} would be missed: no controller makes it anew";
                }

                if (Departing.KeptBy(cluster, pod) is { } budget)
                {
                    return $"pod {pod.Key} is kept by PodDisruptionBudget {budget}, which allows no disruption";
                }
            }

            return null;
        }

        private string? MoveAll(SimulatedPod[] leaving, out IReadOnlyList<PodMove> moves)
        {
            var done = new List<PodMove>();
            moves = done;
            foreach (SimulatedPod pod in leaving)
            {
                SimulatedPod fresh = Departing.Anew(pod, cluster);
                if (fresh.Workload is not { } workload)
                {
                    moves = [];
                    return $"pod {pod.Key} fits on no other node: RuntimeClass \"{pod.Facts.RuntimeClassName}\" not found";
                }

                Placement placement = placer.Place(workload);
                if (!placement.IsPlaced)
                {
                    moves = [];
                    return $"pod {pod.Key} fits on no other node: {placer.Report(workload, placement).Message}";
                }

                cluster.Place(fresh, placement.NodeName!);
                done.Add(new PodMove(pod.Key, placement.NodeName!));
            }

            return null;
        }
    }
}

/// <summary>Which nodes could be taken away: <c>orchestrator.dev/v1 Removal</c>.</summary>
public sealed record RemovalReport
{
    public string Kind { get; init; } = "Removal";

    public string ApiVersion { get; init; } = "orchestrator.dev/v1";

    public required string Policy { get; init; }

    public required int Seed { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Each node by itself, in the order of names.</summary>
    public required IReadOnlyList<NodeRemoval> Nodes { get; init; }

    /// <summary>Nodes that could be taken away all together.</summary>
    public required IReadOnlyList<string> Together { get; init; }

    /// <summary>Use of all nodes, and of those that remain when these are gone.</summary>
    public required IReadOnlyList<UseChange> Resources { get; init; }
}

/// <param name="Node">The node.</param>
/// <param name="Removable">Whether it could be taken away, all others staying.</param>
/// <param name="Obstacle">Why not.</param>
/// <param name="Moves">Where its pods would go.</param>
public sealed record NodeRemoval(string Node, bool Removable, string? Obstacle, IReadOnlyList<PodMove> Moves);

/// <param name="Pod">NAMESPACE/NAME.</param>
/// <param name="Node">Where it goes.</param>
public sealed record PodMove(string Pod, string Node);
