using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>The status of a Deployment as of the plan that it is committed with (kube-controller-manager's <c>syncRolloutStatus</c>).</summary>
internal static class DeploymentStatus
{
    private const string NewestAvailable = "NewReplicaSetAvailable";
    private const string TimedOut = "ProgressDeadlineExceeded";

    /// <summary>Writes counts and conditions.</summary>
    /// <param name="state">The plan so far.</param>
    /// <param name="isRollingOut">False while paused or only resized: progress is then not judged.</param>
    public static void Write(DeploymentState state, bool isRollingOut)
    {
        JsonObject status = state.Json.ObjectOrNew("status")!;
        var before = (JsonObject)status.DeepClone();
        long available = state.All.Sum(s => s.Available);
        status["observedGeneration"] = state.Json.Child("metadata").Integer("generation") ?? 1;
        status.Count("replicas", state.All.Sum(s => s.Actual));
        status.Count("updatedReplicas", state.Newest?.Actual ?? 0);
        status.Count("readyReplicas", state.All.Sum(s => s.Ready));
        status.Count("availableReplicas", available);
        status.Count("unavailableReplicas", Math.Max(0, state.All.Sum(s => s.Size) - available));
        status.Count("terminatingReplicas", state.All.Sum(s => s.Terminating));
        bool enough = available >= state.Limits.Least;
        DeploymentConditions.Set(
            status,
            enough
                ? new ConditionValue(DeploymentConditions.Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
                : new ConditionValue(DeploymentConditions.Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
            state.Now);
        if (isRollingOut)
        {
            WriteProgress(state, status, before);
        }

        WriteFailure(state, status);
    }

    /// <summary>True where every pod is there, new and available.</summary>
    public static bool IsComplete(DeploymentState state)
    {
        long replicas = state.Limits.Replicas;
        return (state.Newest?.Actual ?? 0) == replicas && state.All.Sum(s => s.Actual) == replicas && state.All.Sum(s => s.Available) == replicas;
    }

    /// <summary>When the deadline will have passed; null where none runs.</summary>
    public static TimeSpan? UntilDeadline(DeploymentState state)
    {
        JsonObject? progress = DeploymentConditions.Find(state.Json.Child("status") ?? [], DeploymentConditions.Progressing);
        return NewestRevision.HasDeadline(state.Spec) && progress is not null && progress.Text("reason") is not (NewestAvailable or TimedOut) && !state.IsPaused
            ? Deadline(state, progress) - state.Now + TimeSpan.FromSeconds(1)
            : null;
    }

    private static void WriteProgress(DeploymentState state, JsonObject status, JsonObject before)
    {
        if (!NewestRevision.HasDeadline(state.Spec))
        {
            DeploymentConditions.Remove(status, DeploymentConditions.Progressing);
            return;
        }

        JsonObject? current = DeploymentConditions.Find(status, DeploymentConditions.Progressing);
        bool wasComplete = (status.Integer("replicas") ?? 0) == (status.Integer("updatedReplicas") ?? 0) && current.Text("reason") == NewestAvailable;
        if (wasComplete)
        {
            return;
        }

        string what = state.Newest is { } newest ? $"ReplicaSet \"{newest.Name}\"" : $"Deployment \"{state.Stored.Key.Name}\"";
        if (IsComplete(state))
        {
            Set("True", NewestAvailable, $"{what} has successfully progressed.");
        }
        else if (HasProgressed(status, before))
        {
            Set("True", "ReplicaSetUpdated", $"{what} is progressing.", isNews: true);
        }
        else if (current is not null && (current.Text("reason") == TimedOut || Deadline(state, current) < state.Now))
        {
            Set("False", TimedOut, $"{what} has timed out progressing.");
        }

        void Set(string value, string reason, string message, bool isNews = false) =>
            DeploymentConditions.Set(status, new ConditionValue(DeploymentConditions.Progressing, value, reason, message), state.Now, isNews);
    }

    private static bool HasProgressed(JsonObject now, JsonObject before)
    {
        return Of(now, "updatedReplicas") > Of(before, "updatedReplicas")
            || Of(now, "replicas") - Of(now, "updatedReplicas") < Of(before, "replicas") - Of(before, "updatedReplicas")
            || Of(now, "readyReplicas") > Of(before, "readyReplicas")
            || Of(now, "availableReplicas") > Of(before, "availableReplicas");

        static long Of(JsonObject status, string member) => status.Integer(member) ?? 0;
    }

    private static DateTimeOffset Deadline(DeploymentState state, JsonObject progress) =>
        (progress.Time("lastUpdateTime") ?? state.Now) + TimeSpan.FromSeconds(state.Spec.Integer("progressDeadlineSeconds") ?? 0);

    private static void WriteFailure(DeploymentState state, JsonObject status)
    {
        JsonObject? failure = (state.Newest is { } newest ? state.Old.Prepend(newest) : state.Old)
            .Select(s => DeploymentConditions.Find(s.Json.Child("status") ?? [], DeploymentConditions.ReplicaFailure))
            .FirstOrDefault(c => c.Text("status") == "True");
        if (failure is null)
        {
            DeploymentConditions.Remove(status, DeploymentConditions.ReplicaFailure);
            return;
        }

        DeploymentConditions.Set(
            status, new ConditionValue(DeploymentConditions.ReplicaFailure, "True", failure.Text("reason") ?? "", failure.Text("message") ?? ""), state.Now);
    }
}
