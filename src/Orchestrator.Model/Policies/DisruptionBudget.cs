using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Policies;

/// <summary>What a PodDisruptionBudget comes to: how many pods it covers, how many of them are healthy, must be, and may yet be evicted. Pure.</summary>
public sealed record DisruptionBudget(long ExpectedPods, long CurrentHealthy, long DesiredHealthy, IReadOnlyDictionary<string, DateTimeOffset> DisruptedPods)
{
    /// <summary>How long a pod whose eviction was let through, but that has not been seen ending, counts as gone.</summary>
    public static readonly TimeSpan DisruptionTimeout = TimeSpan.FromMinutes(2);

    public long DisruptionsAllowed => ExpectedPods <= 0 ? 0 : Math.Max(0, CurrentHealthy - DesiredHealthy);

    /// <param name="budget">The PodDisruptionBudget.</param>
    /// <param name="pods">The pods that it selects.</param>
    /// <param name="now">The time.</param>
    public static DisruptionBudget Of(JsonObject budget, IReadOnlyCollection<JsonObject> pods, DateTimeOffset now)
    {
        JsonObject[] living = [.. pods.Where(p => p.Child("status").Text("phase") is not ("Succeeded" or "Failed"))];
        long expected = living.Length;
        JsonObject? spec = budget.Child("spec");
        long desired = spec?["maxUnavailable"] is { } most ? Math.Max(0, expected - (ScaledNumber.Of(most, expected) ?? 0))
            : spec?["minAvailable"] is { } least ? ScaledNumber.Of(least, expected) ?? expected
            : 0;
        var disrupted = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        JsonObject? recorded = budget.Child("status", "disruptedPods");
        long healthy = 0;
        foreach (JsonObject pod in living)
        {
            JsonObject? metadata = pod.Child("metadata");
            string name = metadata.Text("name") ?? "";
            if (metadata.Text("deletionTimestamp") is not null)
            {
                continue;
            }

            if (recorded.Time(name) is { } at && now - at < DisruptionTimeout)
            {
                disrupted[name] = at;
            }
            else if (IsHealthy(pod))
            {
                healthy++;
            }
        }

        return new DisruptionBudget(expected, healthy, desired, disrupted);
    }

    /// <summary>A pod counts as healthy when it is ready.</summary>
    public static bool IsHealthy(JsonObject pod) =>
        pod.Child("status").Items("conditions").Any(c => c.Item.Text("type") == "Ready" && c.Item.Text("status") == "True");
}
