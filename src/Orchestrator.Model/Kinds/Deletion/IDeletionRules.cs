using System.Text.Json.Nodes;

namespace Orchestrator.Model.Kinds;

/// <summary>How objects of one kind end, beyond metadata.finalizers, which hold every kind. Implementations are stateless.</summary>
public interface IDeletionRules
{
    /// <summary>Seconds between the request and the object's removal by whoever runs it; 0 removes it at once.</summary>
    /// <param name="obj">The stored object.</param>
    /// <param name="requestedSeconds">gracePeriodSeconds of the request, null where it leaves that open.</param>
    long GracePeriodSeconds(JsonObject obj, long? requestedSeconds);

    /// <summary>True while the object must stay although neither grace nor metadata.finalizers hold it.</summary>
    bool IsHeld(JsonObject obj);

    /// <summary>Writes into the object what shows that it is ending, besides deletionTimestamp.</summary>
    void MarkTerminating(JsonObject obj);
}

/// <summary>Removed at once.</summary>
public sealed class ImmediateDeletion : IDeletionRules
{
    public static readonly ImmediateDeletion Instance = new();

    public long GracePeriodSeconds(JsonObject obj, long? requestedSeconds) => 0;

    public bool IsHeld(JsonObject obj) => false;

    public void MarkTerminating(JsonObject obj)
    {
    }
}
