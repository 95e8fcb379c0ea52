using System.Text.Json.Nodes;
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
    /// <param name="propagation">What becomes of the objects that it owns.</param>
    /// <param name="alsoSet">A condition to set when the object is marked.</param>
    public static Mutation? Delete(
        StoredObject stored,
        IDeletionRules rules,
        long? graceSeconds,
        DateTimeOffset now,
        Propagation propagation = Propagation.Unsaid,
        ConditionValue? alsoSet = null)
    {
        JsonObject obj = StoredJson.Read(stored);
        switch (ObjectEnding.Begin(obj, rules, graceSeconds, propagation, now))
        {
            case EndingStep.Remove:
                return new DeleteObject(stored.Key, stored.Revision);
            case EndingStep.Mark:
                if (alsoSet is not null)
                {
                    StoredJson.SetCondition(obj, alsoSet, now);
                }

                return StoredJson.Replace(stored, obj);
            default:
                return null;
        }
    }
}
