using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Testing.Simulation;

/// <summary>A store that is its database: no lag, no faults, no watches. For what is decided from one state at a time.</summary>
public sealed class DirectStore(SimulatedDatabase database) : IObjectStore
{
    public long Revision => database.Revision;

    public long CompactedRevision => 0;

    public StoredObject? Get(ObjectKey key) => database.All(key.Resource).FirstOrDefault(o => o.Key == key);

    public ObjectList List(string resource, string? ns = null) => new(Revision,
    [
        .. database.All(resource).Where(o => ns is null || o.Key.Namespace == ns).OrderBy(o => o.Key.Namespace, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal),
    ]);

    public ObjectList ListByField(string resource, string field, string value) =>
        new(Revision, [.. List(resource).Items.Where(o => o.Fields.GetValueOrDefault(field) == value)]);

    public ObjectList ListByOwner(string ownerUid) => new(Revision, [.. database.Everything.Where(o => o.OwnerUids.Contains(ownerUid))]);

    public ValueTask<CommitResult> CommitAsync(Mutation mutation, CancellationToken cancel = default) => new(database.Commit([mutation], null)[0]);

    public ValueTask<IReadOnlyList<CommitResult>> CommitAsync(IReadOnlyList<Mutation> mutations, Fence? fence = null, CancellationToken cancel = default) =>
        new(database.Commit(mutations, fence));

    public ValueTask<long> TakeEpochAsync(string name, CancellationToken cancel = default) => new(database.TakeEpoch(name));

    public ValueTask<long> SyncAsync(CancellationToken cancel = default) => new(Revision);

    public ValueTask WaitForAsync(long revision, CancellationToken cancel = default) => default;

    public IChangeSubscription Subscribe(string? resource, string? ns, long afterRevision) => throw new NotSupportedException("this store has no watches");
}
