using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Grains.Objects;

/// <summary>Deletes objects as the API does: what has a grace period or is held by finalizers is marked, anything else goes at once.</summary>
internal static class ObjectDeletion
{
    /// <summary>The write that begins or ends the object's deletion, or null where nothing more can be done now.</summary>
    /// <param name="stored">The object.</param>
    /// <param name="rules">How objects of its kind end.</param>
    /// <param name="graceSeconds">Requested grace period; 0 forces removal; null leaves it to the object.</param>
    /// <param name="now">The time.</param>
    /// <param name="alsoSet">A condition to set when the object is marked.</param>
    public static Mutation? Delete(StoredObject stored, IDeletionRules rules, long? graceSeconds, DateTimeOffset now, ConditionValue? alsoSet = null)
    {
        JsonObject obj = StoredJson.Read(stored);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        long grace = rules.GracePeriodSeconds(obj, graceSeconds);
        bool isHeld = metadata.Array("finalizers") is { Count: > 0 } || rules.IsHeld(obj);
        if (grace == 0 && !isHeld)
        {
            return new DeleteObject(stored.Key, stored.Revision);
        }

        bool isMarkedSoonEnough = stored.IsTerminating && (metadata.Integer("deletionGracePeriodSeconds") ?? 0) <= grace;
        if (isMarkedSoonEnough)
        {
            return null;
        }

        metadata["deletionTimestamp"] = Timestamps.Seconds(now + TimeSpan.FromSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        rules.MarkTerminating(obj);
        if (alsoSet is not null)
        {
            StoredJson.SetCondition(obj, alsoSet, now);
        }

        return StoredJson.Replace(stored, obj);
    }
}
