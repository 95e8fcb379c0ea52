using Orchestrator.Model;

namespace Orchestrator.Store;

/// <summary>One compare-and-swap. Each mutation of a batch succeeds or fails by itself, unless it <see cref="Needs"/> another.</summary>
public abstract record Mutation(ObjectKey Key)
{
    /// <summary>
    /// Index, in the same call, of an earlier mutation without which this one is not committed but <see cref="CommitOutcome.Skipped"/>; null where it
    /// stands alone. So a charge and what it pays for are made at once, and all that was decided from one state of an object only if it still has that
    /// state. The other way round it does not hold: the earlier one stands though this one fails.
    /// </summary>
    public int? Needs { get; init; }
}

/// <summary>Writes an object that must not exist yet.</summary>
/// <param name="Key">The new object's key.</param>
/// <param name="Uid">metadata.uid, as in <paramref name="Body"/>.</param>
/// <param name="Body">UTF-8 JSON without metadata.resourceVersion; kept byte for byte.</param>
public sealed record CreateObject(ObjectKey Key, string Uid, ReadOnlyMemory<byte> Body) : Mutation(Key);

/// <summary>Replaces the object if it is still at <paramref name="ExpectedRevision"/>.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="ExpectedRevision">Revision of the state from which <paramref name="Body"/> was made.</param>
/// <param name="Body">UTF-8 JSON without metadata.resourceVersion; kept byte for byte.</param>
public sealed record UpdateObject(ObjectKey Key, long ExpectedRevision, ReadOnlyMemory<byte> Body) : Mutation(Key);

/// <summary>Removes the object if it is still at <paramref name="ExpectedRevision"/>.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="ExpectedRevision">Revision of the state that the caller decided to delete.</param>
public sealed record DeleteObject(ObjectKey Key, long ExpectedRevision) : Mutation(Key);

/// <summary>What became of a mutation.</summary>
public enum CommitOutcome
{
    Committed,

    /// <summary>Create: the key is taken. <see cref="CommitResult.Object"/> is the present object where known.</summary>
    AlreadyExists,

    /// <summary>Update or delete: no such object.</summary>
    NotFound,

    /// <summary>Update or delete: the object has another revision. Re-read and try again.</summary>
    Conflict,

    /// <summary>The fence's epoch is no longer the newest: another activation took over. Stop deciding.</summary>
    Fenced,

    /// <summary>The mutation that it needs was not committed.</summary>
    Skipped,
}

/// <param name="Outcome">What became of the mutation.</param>
/// <param name="Revision">Revision of the commit; 0 unless committed.</param>
/// <param name="Object">The object as now stored; of a deletion, its last state, with the deletion's revision. Null where there is none.</param>
public readonly record struct CommitResult(CommitOutcome Outcome, long Revision, StoredObject? Object);

/// <summary>
/// Lets a batch commit only while <paramref name="Epoch"/> is the newest epoch handed out under <paramref name="Name"/>:
/// of two activations of one decider, only the later one's writes count.
/// </summary>
public readonly record struct Fence(string Name, long Epoch);
