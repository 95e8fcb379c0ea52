namespace Orchestrator.Store;

public enum ChangeType
{
    Created,
    Updated,
    Deleted,
}

/// <summary>One entry of the change log.</summary>
/// <param name="Revision">Gapless, in commit order.</param>
/// <param name="Type">What happened.</param>
/// <param name="Object">The new state; of a deletion, the last state with the deletion's revision.</param>
/// <param name="Previous">The state before, null for a creation, or where it is no longer known (changes from before this process started).</param>
public sealed record Change(long Revision, ChangeType Type, StoredObject Object, StoredObject? Previous);
