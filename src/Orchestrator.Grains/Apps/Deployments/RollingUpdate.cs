namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>
/// One step of a rolling update (kube-controller-manager's <c>rolloutRolling</c>): the newest grows as far as the surge lets it, else the old shrink as
/// far as enough stay available. Sizes are what was asked of the ReplicaSets, so a step that has not been carried out yet counts as if it had.
/// </summary>
internal static class RollingUpdate
{
    public static void Step(DeploymentState state)
    {
        if (state.Newest is not { } newest)
        {
            NewestRevision.Create(state, SizeOfNewest(state, 0));
            return;
        }

        long size = newest.Size > state.Limits.Replicas ? state.Limits.Replicas : SizeOfNewest(state, newest.Size);
        if (size != newest.Size)
        {
            state.Scale(newest, size);
            return;
        }

        ShrinkOld(state, newest);
    }

    private static long SizeOfNewest(DeploymentState state, long present)
    {
        // Pods that a ReplicaSet was told to end and has not ended yet take up room: so there are never more than the surge allows, not for a moment.
        long all = state.All.Sum(s => Math.Max(s.Size, s.Actual));
        long room = state.Limits.Most - all;
        return room <= 0 ? present : present + Math.Min(room, state.Limits.Replicas - present);
    }

    private static void ShrinkOld(DeploymentState state, RevisionSet newest)
    {
        long unavailableOfNewest = newest.Size - newest.Lasting;
        long most = state.All.Sum(s => s.Size) - state.Limits.Least - unavailableOfNewest;
        if (most <= 0 || state.Old.Sum(s => s.Size) == 0)
        {
            return;
        }

        most -= EndUnavailable(state, most);

        // By the sizes too: the available pods are what the statuses say, which may not have heard of the last step.
        long left = Math.Min(most, state.All.Sum(s => s.Lasting) - state.Limits.Least);
        foreach (RevisionSet old in state.Old)
        {
            long count = Math.Min(old.Size, left);
            if (count <= 0)
            {
                continue;
            }

            state.Scale(old, old.Size - count);
            left -= count;
        }
    }

    /// <summary>Pods of old revisions that are not available count for nothing, and would only hold up the roll-out.</summary>
    private static long EndUnavailable(DeploymentState state, long most)
    {
        long ended = 0;
        foreach (RevisionSet old in state.Old)
        {
            long count = Math.Min(most - ended, old.Size - old.Lasting);
            if (count > 0)
            {
                state.Scale(old, old.Size - count);
                ended += count;
            }
        }

        return ended;
    }
}
