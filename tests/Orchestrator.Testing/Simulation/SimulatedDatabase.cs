using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Testing.Simulation;

/// <summary>
/// What the database of several stores holds, with the store's semantics kept strictly: revisions without gaps in commit order,
/// compare-and-swap, fences. Each call is atomic; it has neither delays nor faults of its own.
/// </summary>
public sealed class SimulatedDatabase(KindRegistry kinds)
{
    private readonly Dictionary<ObjectKey, StoredObject> _objects = [];
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);
    private readonly List<Change> _log = [];
    private readonly List<long> _ends = [];

    /// <summary>All changes; the one with revision n stands at n-1.</summary>
    public IReadOnlyList<Change> Log => _log;

    public long Revision => _log.Count;

    /// <summary>Called with every change as it is committed.</summary>
    public Action<Change>? Committed { get; set; }

    /// <summary>Commits refused because their fence was outdated.</summary>
    public int FencedCount { get; private set; }

    /// <summary>The last revision of the commit that the revision is of: what one commit changed, caches show at once.</summary>
    public long EndOfCommit(long revision) => _ends[(int)revision - 1];

    public long TakeEpoch(string name) => _epochs[name] = _epochs.GetValueOrDefault(name) + 1;

    public IEnumerable<StoredObject> Everything => _objects.Values;

    public IEnumerable<StoredObject> All(string resource) => _objects.Values.Where(o => o.Key.Resource == resource);

    public IReadOnlyList<CommitResult> Commit(IReadOnlyList<Mutation> mutations, Fence? fence)
    {
        ArgumentNullException.ThrowIfNull(mutations);
        if (fence is { } required && _epochs.GetValueOrDefault(required.Name) != required.Epoch)
        {
            FencedCount++;
            return [.. mutations.Select(_ => new CommitResult(CommitOutcome.Fenced, 0, null))];
        }

        var results = new List<CommitResult>(mutations.Count);
        foreach (Mutation mutation in mutations)
        {
            bool skips = mutation.Needs is { } needed && results[needed].Outcome != CommitOutcome.Committed;
            results.Add(skips ? new CommitResult(CommitOutcome.Skipped, 0, null) : Apply(mutation));
        }

        _ends.AddRange(Enumerable.Repeat(Revision, (int)Revision - _ends.Count));
        return results;
    }

    private CommitResult Apply(Mutation mutation)
    {
        StoredObject? present = _objects.GetValueOrDefault(mutation.Key);
        switch (mutation)
        {
            case CreateObject create:
                return present is null
                    ? Write(ChangeType.Created, Stored(create.Key, create.Uid, create.Body), null)
                    : new CommitResult(CommitOutcome.AlreadyExists, 0, present);
            case UpdateObject update when present is not null && present.Revision == update.ExpectedRevision:
                return Write(ChangeType.Updated, Stored(update.Key, present.Uid, update.Body), present);
            case DeleteObject delete when present is not null && present.Revision == delete.ExpectedRevision:
                return Write(ChangeType.Deleted, present with { Revision = Revision + 1 }, present);
            default:
                return new CommitResult(present is null ? CommitOutcome.NotFound : CommitOutcome.Conflict, 0, present);
        }
    }

    private CommitResult Write(ChangeType type, StoredObject stored, StoredObject? previous)
    {
        if (type == ChangeType.Deleted)
        {
            _objects.Remove(stored.Key);
        }
        else
        {
            _objects[stored.Key] = stored;
        }

        var change = new Change(stored.Revision, type, stored, previous);
        _log.Add(change);
        Committed?.Invoke(change);
        return new CommitResult(CommitOutcome.Committed, stored.Revision, stored);
    }

    private StoredObject Stored(ObjectKey key, string uid, ReadOnlyMemory<byte> body) =>
        StoredObjects.Make(kinds, key, uid, Revision + 1, body);
}
