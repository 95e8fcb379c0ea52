using System.Text.Json.Nodes;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>
/// Brings the pods of a Deployment to its template through its ReplicaSets (kube-controller-manager's deployment controller). One step at a time; each is
/// committed with the Deployment itself, so that of two activations that decide at once only one has its way. Pure.
/// </summary>
internal static class DeploymentPlan
{
    private const int CreationsTried = 1;

    /// <param name="state">The Deployment and its ReplicaSets.</param>
    /// <param name="claims">Writes by which it adopts and lets go of ReplicaSets.</param>
    /// <param name="hasPodsOfOld">Whether pods of old revisions are left, for those that are recreated.</param>
    /// <param name="taken">The object of another owner or template that has the name that the newest ReplicaSet would get.</param>
    public static ReconcilePlan Plan(
        DeploymentState state, IReadOnlyList<Mutation> claims, Func<bool> hasPodsOfOld, Func<string, bool> taken)
    {
        var before = (JsonObject)state.Json.DeepClone();
        bool isRollingOut = Step(state, hasPodsOfOld);
        bool isNew = state.Newest is { Stored: null };
        if (isNew && taken(state.Newest!.Name))
        {
            return Collided(state, before);
        }

        DeploymentStatus.Write(state, isRollingOut);
        if (isNew)
        {
            RevisionSet newest = state.Newest!;
            return new ReconcilePlan
            {
                Creations = new NewObjects(Resources.ReplicaSets, state.Stored.Key.Namespace, ControllerKind.Deployment.Component, [newest.Json]),
                Conclude = admitted => admitted.Refusal is { } refusal ? Refused(state, before, newest, refusal) : Finish(state, before, claims, CreationsTried),
            };
        }

        return Finish(state, before, claims, 0);
    }

    /// <summary>Whether the progress of a roll-out is to be judged.</summary>
    private static bool Step(DeploymentState state, Func<bool> hasPodsOfOld)
    {
        NewestRevision.Synchronize(state);
        if (state.Stored.IsTerminating)
        {
            return false;
        }

        MarkPause(state);
        if (state.IsPaused)
        {
            ProportionalScaling.Step(state);
            CleanUp(state);
            return false;
        }

        if (ProportionalScaling.IsCalledFor(state))
        {
            ProportionalScaling.Step(state);
            return false;
        }

        if (state.Spec.Child("strategy").Text("type") == "Recreate")
        {
            Recreate(state, hasPodsOfOld);
        }
        else
        {
            RollingUpdate.Step(state);
        }

        if (DeploymentStatus.IsComplete(state))
        {
            CleanUp(state);
        }

        return true;
    }

    // Time spent paused does not count against the deadline.
    private static void MarkPause(DeploymentState state)
    {
        JsonObject status = state.Json.ObjectOrNew("status")!;
        JsonObject? progress = DeploymentConditions.Find(status, DeploymentConditions.Progressing);
        if (!NewestRevision.HasDeadline(state.Spec) || progress.Text("reason") == "ProgressDeadlineExceeded")
        {
            return;
        }

        bool isMarked = progress.Text("reason") == "DeploymentPaused";
        if (state.IsPaused && !isMarked)
        {
            DeploymentConditions.Set(status, new ConditionValue(DeploymentConditions.Progressing, "Unknown", "DeploymentPaused", "Deployment is paused"), state.Now);
        }
        else if (!state.IsPaused && isMarked)
        {
            DeploymentConditions.Set(status, new ConditionValue(DeploymentConditions.Progressing, "Unknown", "DeploymentResumed", "Deployment is resumed"), state.Now);
        }
    }

    /// <summary>All old pods go before a new one is made.</summary>
    private static void Recreate(DeploymentState state, Func<bool> hasPodsOfOld)
    {
        bool scaled = false;
        foreach (RevisionSet old in state.Old.Where(o => o.Size > 0))
        {
            scaled |= state.Scale(old, 0);
        }

        if (scaled || state.Old.Any(o => o.Actual > 0) || hasPodsOfOld())
        {
            return;
        }

        if (state.Newest is null)
        {
            NewestRevision.Create(state, state.Limits.Replicas);
        }
        else if (state.Newest.Size != state.Limits.Replicas)
        {
            state.Scale(state.Newest, state.Limits.Replicas);
        }
    }

    /// <summary>Old revisions beyond the history's limit go, where nothing is left of them.</summary>
    private static void CleanUp(DeploymentState state)
    {
        if (state.Spec.Integer("revisionHistoryLimit") is not { } limit)
        {
            return;
        }

        List<RevisionSet> old = [.. state.Old.Where(s => !s.Stored!.IsTerminating).OrderBy(s => s.Revision)];
        int surplus = old.Count - (int)Math.Min(limit, int.MaxValue);
        state.Forget([.. old.Take(Math.Max(0, surplus)).Where(IsEmpty)]);
    }

    private static bool IsEmpty(RevisionSet set) =>
        set.Actual == 0 && set.Size == 0 && !set.IsChanged
        && (set.Json.Child("metadata").Integer("generation") ?? 1) <= (set.Json.Child("status").Integer("observedGeneration") ?? 0);

    private static ReconcilePlan Finish(DeploymentState state, JsonObject before, IReadOnlyList<Mutation> claims, int created)
    {
        var mutations = new List<Mutation>();

        // A ReplicaSet that is being adopted has this one write; its size is looked at once it is ours.
        HashSet<Model.ObjectKey> claimed = [.. claims.Select(c => c.Key)];
        mutations.AddRange(claims);
        mutations.AddRange(state.All.Where(s => s is { IsChanged: true, Stored: not null } && !claimed.Contains(s.Stored.Key)).Select(s => s.Write()));
        mutations.AddRange(state.Forgotten.Select(s => ObjectDeletion.Delete(s.Stored!, ImmediateDeletion.Instance, null, state.Now)).OfType<Mutation>());
        bool acts = mutations.Count + created > 0;
        return new ReconcilePlan
        {
            Anchor = acts || !JsonNode.DeepEquals(before, state.Json) ? StoredJson.Replace(state.Stored, state.Json) : null,
            Mutations = mutations,
            Events = state.Events,
            LookAgainAfter = DeploymentStatus.UntilDeadline(state),
        };
    }

    // Another template has the same hash, or somebody else the name: the next look counts the collision into the hash.
    private static ReconcilePlan Collided(DeploymentState state, JsonObject before)
    {
        JsonObject status = before.ObjectOrNew("status")!;
        status["collisionCount"] = (status.Integer("collisionCount") ?? 0) + 1;
        return new ReconcilePlan { Anchor = StoredJson.Replace(state.Stored, before), LookAgainAfter = TimeSpan.Zero };
    }

    private static ReconcilePlan Refused(DeploymentState state, JsonObject before, RevisionSet newest, string refusal)
    {
        string message = $"Failed to create new replica set \"{newest.Name}\": {refusal}";
        JsonObject status = before.ObjectOrNew("status")!;
        var was = (JsonObject)status.DeepClone();
        if (NewestRevision.HasDeadline(state.Spec))
        {
            DeploymentConditions.Set(status, new ConditionValue(DeploymentConditions.Progressing, "False", "ReplicaSetCreateError", message), state.Now);
        }

        return new ReconcilePlan
        {
            Anchor = JsonNode.DeepEquals(was, status) ? null : StoredJson.Replace(state.Stored, before),
            Events = [ControllerKind.Deployment.Event(state.Stored, "ReplicaSetCreateError", message, isWarning: true)],
        };
    }
}
