using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps.Deployments;

/// <summary>
/// Conditions of Deployments, which have a lastUpdateTime besides lastTransitionTime: it says when progress was last seen, from which the deadline counts.
/// </summary>
internal static class DeploymentConditions
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";

    public static JsonObject? Find(JsonObject status, string type) =>
        status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type);

    /// <summary>Makes it hold. One of the same status and reason is left as it is, unless what it says is to be said anew.</summary>
    public static void Set(JsonObject status, ConditionValue value, DateTimeOffset now, bool isNews = false)
    {
        JsonObject? present = Find(status, value.Type);
        if (!isNews && present.Text("status") == value.Status && present.Text("reason") == value.Reason)
        {
            return;
        }

        string at = Timestamps.Seconds(now);
        var written = new JsonObject
        {
            ["type"] = value.Type,
            ["status"] = value.Status,
            ["lastUpdateTime"] = at,
            ["lastTransitionTime"] = present.Text("status") == value.Status ? present.Text("lastTransitionTime") ?? at : at,
            ["reason"] = value.Reason,
            ["message"] = value.Message,
        };
        Remove(status, value.Type);
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        conditions.Add(written);
    }

    public static void Remove(JsonObject status, string type)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            return;
        }

        conditions.RemoveAll(c => (c as JsonObject).Text("type") == type);
        if (conditions.Count == 0)
        {
            status.Remove("conditions");
        }
    }
}
