using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>
/// Snapshots of lists that are being read in pages, so that all pages show one revision. Bounded in number and time; a list whose snapshot is gone
/// (or was made by another server) is told 410 and how to go on.
/// </summary>
internal sealed class ListSnapshots(ApiOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(Selected List, long Revision), Held> _held = [];

    /// <summary>What was listed, by value.</summary>
    internal readonly record struct Selected(string Resource, string Namespace, string LabelSelector, string FieldSelector);

    public void Keep(Selected list, ObjectList snapshot)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            DropExpired(now);
            _held[(list, snapshot.Revision)] = new Held(snapshot, now);
            while (_held.Count > options.MaxListSnapshots)
            {
                _held.Remove(_held.MinBy(h => h.Value.UsedAt).Key);
            }
        }
    }

    public ObjectList? Find(Selected list, long revision)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            DropExpired(now);
            if (!_held.TryGetValue((list, revision), out var held))
            {
                return null;
            }

            _held[(list, revision)] = held with { UsedAt = now };
            return held.Snapshot;
        }
    }

    private void DropExpired(DateTimeOffset now)
    {
        foreach (var key in _held.Where(h => now - h.Value.UsedAt > options.ListSnapshotLifetime).Select(h => h.Key).ToList())
        {
            _held.Remove(key);
        }
    }

    private readonly record struct Held(ObjectList Snapshot, DateTimeOffset UsedAt);
}
