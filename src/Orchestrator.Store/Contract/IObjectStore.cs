using Orchestrator.Model;

namespace Orchestrator.Store;

/// <summary>
/// The one truth. Writes are compare-and-swaps; reads come from this process's cache, which follows the change log.
/// </summary>
/// <remarks>
/// Read-your-writes: a commit returns once the local cache holds it. Other processes' writes are seen a moment later,
/// or at once after <see cref="SyncAsync"/>.
/// Throws <see cref="StoreUnavailableException"/> when the database cannot be reached within the limit; whether the write
/// happened is then unknown, as with any lost reply, and the caller must re-read.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Commits one mutation, in one transaction with whatever other callers queued meanwhile.</summary>
    ValueTask<CommitResult> CommitAsync(Mutation mutation, CancellationToken cancel = default);

    /// <summary>Commits many in one transaction, each succeeding or failing by itself; results are in order. With a fence, all are refused if it is outdated.</summary>
    ValueTask<IReadOnlyList<CommitResult>> CommitAsync(IReadOnlyList<Mutation> mutations, Fence? fence = null, CancellationToken cancel = default);

    /// <summary>Hands out the next epoch of the name: outdates every earlier one.</summary>
    ValueTask<long> TakeEpochAsync(string name, CancellationToken cancel = default);

    /// <summary>Waits until the cache holds all that was committed before the call, by any process; returns the revision reached. Makes the next read consistent.</summary>
    ValueTask<long> SyncAsync(CancellationToken cancel = default);

    /// <summary>Waits until the cache has reached the revision (a client's resourceVersion, perhaps from another server).</summary>
    ValueTask WaitForAsync(long revision, CancellationToken cancel = default);

    /// <summary>Highest revision in the cache.</summary>
    long Revision { get; }

    /// <summary>The oldest revision from which a watch can still be resumed; older ones are 410 Gone.</summary>
    long CompactedRevision { get; }

    StoredObject? Get(ObjectKey key);

    /// <summary>All objects of a resource, ordered by namespace and name (ordinal), and the revision they were read at. One immutable snapshot.</summary>
    /// <param name="resource">Storage name of the kind.</param>
    /// <param name="ns">A namespace, or null for all.</param>
    ObjectList List(string resource, string? ns = null);

    /// <summary>Objects whose selectable field has the value, from an index, in no particular order (<c>pods</c>, <c>spec.nodeName</c>, <c>node-1</c>).</summary>
    ObjectList ListByField(string resource, string field, string value);

    /// <summary>Objects, of any resource, with an owner reference to the uid, from an index.</summary>
    ObjectList ListByOwner(string ownerUid);

    /// <summary>
    /// Follows the changes of one resource (or all where null), in revision order, without gaps or repeats, starting after <paramref name="afterRevision"/>.
    /// </summary>
    /// <exception cref="RevisionCompactedException">The log no longer reaches back that far.</exception>
    IChangeSubscription Subscribe(string? resource, string? ns, long afterRevision);
}

/// <param name="Revision">Revision at which the list was read.</param>
/// <param name="Items">The objects.</param>
public readonly record struct ObjectList(long Revision, IReadOnlyList<StoredObject> Items);

/// <summary>
/// A bounded queue of changes. A reader that falls too far behind is cut off: <see cref="ReadAsync"/> then throws
/// <see cref="SubscriptionLaggedException"/>, and the reader lists and subscribes again. Writers never wait for readers.
/// </summary>
public interface IChangeSubscription : IDisposable
{
    /// <summary>Waits for changes and returns all that are ready, at least one.</summary>
    ValueTask<IReadOnlyList<Change>> ReadAsync(CancellationToken cancel = default);

    /// <summary>Every change up to here that concerns this subscription has been returned by <see cref="ReadAsync"/>: what a bookmark may say.</summary>
    long Revision { get; }
}

/// <summary>The requested revision has been compacted away: 410 Gone.</summary>
public sealed class RevisionCompactedException(long requested, long compacted)
    : Exception($"too old resource version: {requested} ({compacted})")
{
    public long Requested { get; } = requested;

    public long Compacted { get; } = compacted;
}

/// <summary>The subscription fell too far behind and was cut off.</summary>
public sealed class SubscriptionLaggedException() : Exception("the watch fell too far behind and was ended; list and watch again");

/// <summary>The database could not be reached within the time limit.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
