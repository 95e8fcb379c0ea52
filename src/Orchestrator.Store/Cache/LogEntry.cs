using Orchestrator.Model;

namespace Orchestrator.Store.Cache;

/// <summary>One row of the change log, as committed or as read back.</summary>
/// <param name="Revision">Of the commit.</param>
/// <param name="Type">What happened.</param>
/// <param name="Key">To which object.</param>
/// <param name="Object">The new state; of a deletion the last state, or null: then it is taken from the cache.</param>
internal readonly record struct LogEntry(long Revision, ChangeType Type, ObjectKey Key, StoredObject? Object);

/// <summary>Everything the cache holds, read at one revision.</summary>
/// <param name="Revision">At which the rest was read.</param>
/// <param name="CompactedRevision">Compaction of the log at that moment.</param>
/// <param name="Objects">All objects.</param>
/// <param name="Recent">The newest changes up to <paramref name="Revision"/>, without gaps; may be empty.</param>
internal sealed record CacheContents(long Revision, long CompactedRevision, IReadOnlyList<StoredObject> Objects, IReadOnlyList<Change> Recent);

/// <summary>The log does not continue the cache: it was compacted past it, or the database was replaced. Everything is to be loaded anew.</summary>
internal sealed class LogDiscontinuityException(string message) : Exception(message);
