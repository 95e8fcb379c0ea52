using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>
/// What a changed size means in the middle of a roll-out, or while one is paused: each ReplicaSet grows or shrinks in proportion, so that the share of
/// each revision stays (kube-controller-manager's <c>scale</c>).
/// </summary>
internal static class ProportionalScaling
{
    /// <summary>True where the size was changed since a ReplicaSet was last sized for it.</summary>
    public static bool IsCalledFor(DeploymentState state)
    {
        // Recreating, the old ones go first whatever the size.
        List<RevisionSet> active = [.. state.All.Where(s => s.Size > 0)];
        return !(active.Count > 1 && IsRecreated(state)) && active.Exists(s =>
            DeploymentAnnotations.Number(s.Json, DeploymentAnnotations.DesiredReplicas) is { } desired && desired != state.Limits.Replicas);
    }

    public static void Step(DeploymentState state)
    {
        List<RevisionSet> active = [.. state.All.Where(s => s.Size > 0)];
        if (active.Count <= 1)
        {
            RevisionSet? only = active.Count == 1 ? active[0] : state.Newest ?? (state.Old.Count > 0 ? state.Old[^1] : null);
            if (only is not null)
            {
                state.Scale(only, state.Limits.Replicas);
            }

            return;
        }

        if (IsSaturated(state))
        {
            foreach (RevisionSet old in state.Old.Where(o => o.Size > 0))
            {
                state.Scale(old, 0);
            }

            return;
        }

        if (!IsRecreated(state))
        {
            Distribute(state, active);
        }
    }

    private static bool IsRecreated(DeploymentState state) => state.Spec.Child("strategy").Text("type") == "Recreate";

    // The newest has all its pods, for this size: nothing is left for the old ones.
    private static bool IsSaturated(DeploymentState state) => state.Newest is { } newest
        && DeploymentAnnotations.Number(newest.Json, DeploymentAnnotations.DesiredReplicas) == state.Limits.Replicas
        && newest.Size == state.Limits.Replicas
        && newest.Available == state.Limits.Replicas;

    private static void Distribute(DeploymentState state, List<RevisionSet> active)
    {
        long most = state.Limits.Replicas > 0 ? state.Limits.Most : 0;
        long toAdd = most - active.Sum(s => s.Size);
        List<RevisionSet> ordered = toAdd > 0
            ? [.. active.OrderByDescending(s => s.Size).ThenByDescending(s => s.CreatedAt)]
            : [.. active.OrderByDescending(s => s.Size).ThenBy(s => s.CreatedAt)];
        long added = 0;
        var sizes = new Dictionary<RevisionSet, long>();
        foreach (RevisionSet set in ordered)
        {
            long share = toAdd == 0 || toAdd == added ? 0 : Share(state, set, toAdd - added);
            sizes[set] = set.Size + share;
            added += share;
        }

        // What rounding left over goes to the largest.
        sizes[ordered[0]] = Math.Max(0, sizes[ordered[0]] + toAdd - added);
        foreach (RevisionSet set in ordered)
        {
            state.Scale(set, sizes[set]);
        }
    }

    private static long Share(DeploymentState state, RevisionSet set, long allowed)
    {
        long fraction = Fraction(state, set);
        return allowed > 0 ? Math.Min(fraction, allowed) : Math.Max(fraction, allowed);
    }

    private static long Fraction(DeploymentState state, RevisionSet set)
    {
        if (state.Limits.Replicas == 0)
        {
            return -set.Size;
        }

        long before = DeploymentAnnotations.Number(set.Json, DeploymentAnnotations.MaxReplicas) ?? state.All.Sum(s => s.Actual);
        return before == 0 ? 0 : (long)Math.Round((double)set.Size * state.Limits.Most / before, MidpointRounding.AwayFromZero) - set.Size;
    }
}
