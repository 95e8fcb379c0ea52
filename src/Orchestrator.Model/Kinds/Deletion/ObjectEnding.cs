using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Kinds;

/// <summary>What a deletion comes to.</summary>
public enum EndingStep
{
    /// <summary>The object is on its way as wanted already.</summary>
    Nothing,

    /// <summary>The object has been changed to show that it is ending; someone holds it still.</summary>
    Mark,

    /// <summary>Nothing holds the object: it can be removed.</summary>
    Remove,
}

/// <summary>
/// How the deletion of any object begins and when it is over, the same whoever asks for it: users through the API, the garbage collector,
/// a terminating namespace (apimachinery <c>rest.BeforeDelete</c> and <c>deletionFinalizersForGarbageCollection</c>).
/// </summary>
public static class ObjectEnding
{
    /// <summary>Begins the deletion, or shortens the grace of one that has begun; alters the object where that is <see cref="EndingStep.Mark"/>.</summary>
    /// <param name="obj">The stored object, which may be altered.</param>
    /// <param name="rules">How objects of its kind end.</param>
    /// <param name="requestedSeconds">gracePeriodSeconds of the request; null leaves it to the object.</param>
    /// <param name="propagation">What becomes of the objects that it owns.</param>
    /// <param name="now">The time.</param>
    public static EndingStep Begin(JsonObject obj, IDeletionRules rules, long? requestedSeconds, Propagation propagation, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(obj);
        ArgumentNullException.ThrowIfNull(rules);
        var metadata = obj.ObjectOrNew("metadata")!;
        var isMarked = metadata.Text("deletionTimestamp") is not null;
        var grace = rules.GracePeriodSeconds(obj, requestedSeconds);
        if (isMarked)
        {
            // A later request can shorten the grace, never lengthen it.
            grace = Math.Min(grace, metadata.Integer("deletionGracePeriodSeconds") ?? 0);
        }

        var changed = SetFinalizers(metadata, propagation);
        if (grace == 0 && metadata.Array("finalizers") is not { Count: > 0 } && !rules.IsHeld(obj))
        {
            return EndingStep.Remove;
        }

        changed |= isMarked ? Shorten(metadata, grace) : Mark(metadata, grace, now);
        if (changed)
        {
            rules.MarkTerminating(obj);
        }

        return changed ? EndingStep.Mark : EndingStep.Nothing;
    }

    /// <summary>True where nothing holds any longer an object whose deletion was asked for.</summary>
    public static bool IsFinished(JsonObject obj, IDeletionRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var metadata = obj.Child("metadata");
        return metadata.Text("deletionTimestamp") is not null
            && (metadata.Integer("deletionGracePeriodSeconds") ?? 0) == 0
            && metadata.Array("finalizers") is not { Count: > 0 }
            && !rules.IsHeld(obj);
    }

    /// <summary>Puts on the finalizer that the policy asks for and takes the other off; true where that changed something.</summary>
    private static bool SetFinalizers(JsonObject metadata, Propagation propagation)
    {
        var present = metadata.Texts("finalizers").ToList();
        var wanted = GarbageFinalizers.For(propagation, present);
        var after = present.Where(f => f == wanted || f is not (GarbageFinalizers.Foreground or GarbageFinalizers.Orphan)).ToList();
        if (wanted is not null && !after.Contains(wanted))
        {
            after.Add(wanted);
        }

        if (after.SequenceEqual(present, StringComparer.Ordinal))
        {
            return false;
        }

        metadata.Remove("finalizers");
        if (after.Count > 0)
        {
            metadata["finalizers"] = new JsonArray([.. after.Select(f => JsonValue.Create(f))]);
        }

        return true;
    }

    private static bool Mark(JsonObject metadata, long graceSeconds, DateTimeOffset now)
    {
        metadata["deletionTimestamp"] = Text(now.AddSeconds(graceSeconds));
        metadata["deletionGracePeriodSeconds"] = graceSeconds;
        if (metadata.Integer("generation") is > 0 and var generation)
        {
            metadata["generation"] = generation + 1;
        }

        return true;
    }

    private static bool Shorten(JsonObject metadata, long graceSeconds)
    {
        var present = metadata.Integer("deletionGracePeriodSeconds") ?? 0;
        if (present == graceSeconds || metadata.Time("deletionTimestamp") is not { } ending)
        {
            return false;
        }

        metadata["deletionTimestamp"] = Text(ending.AddSeconds(graceSeconds - present));
        metadata["deletionGracePeriodSeconds"] = graceSeconds;
        return true;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
