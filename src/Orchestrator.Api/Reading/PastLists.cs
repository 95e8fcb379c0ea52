using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>
/// Lists as they were at an earlier revision: the present one with the changes since then undone. So any server can go on with a list that
/// another began, for as long as the change log reaches back.
/// </summary>
internal sealed class PastLists(IObjectStore store, ApiOptions options)
{
    /// <summary>The selected objects at the revision; null where that is too long ago, or too much has changed since.</summary>
    /// <param name="selection">What is listed.</param>
    /// <param name="present">The selection's scope now, unfiltered, at or after the revision.</param>
    /// <param name="revision">The revision wanted.</param>
    /// <param name="cancel">Ends waiting.</param>
    public async ValueTask<ObjectList?> AtAsync(Selection selection, ObjectList present, long revision, CancellationToken cancel)
    {
        if (await ChangesAsync(selection, revision, present.Revision, cancel) is not { } changes)
        {
            return null;
        }

        if (changes.Count == 0)
        {
            return present with { Revision = revision };
        }

        // The state before the first change of each key is what there was.
        var before = new Dictionary<(string Namespace, string Name), StoredObject?>();
        foreach (var change in changes)
        {
            if (change.Type != ChangeType.Created && change.Previous is null)
            {
                return null;
            }

            before.TryAdd((change.Object.Key.Namespace, change.Object.Key.Name), change.Previous);
        }

        return new ObjectList(revision, Undo(present.Items, before));
    }

    private static List<StoredObject> Undo(
        IReadOnlyList<StoredObject> present, Dictionary<(string Namespace, string Name), StoredObject?> before)
    {
        var past = new List<StoredObject>(present.Count + before.Count);
        past.AddRange(present.Where(o => !before.ContainsKey((o.Key.Namespace, o.Key.Name))));
        past.AddRange(before.Values.OfType<StoredObject>());
        past.Sort(static (a, b) => KeyOrder.Instance.Compare(a.Key, b.Key));
        return past;
    }

    /// <summary>The changes of the selection's scope after the one revision up to the other; null where they are not all known.</summary>
    private async ValueTask<List<Change>?> ChangesAsync(Selection selection, long after, long upTo, CancellationToken cancel)
    {
        var changes = new List<Change>();
        try
        {
            using var log = store.Subscribe(selection.Resource, selection.Namespace.Length == 0 ? null : selection.Namespace, after);
            while (log.Revision < upTo)
            {
                foreach (var change in await log.ReadAsync(cancel))
                {
                    if (change.Revision <= upTo)
                    {
                        changes.Add(change);
                    }
                }

                if (changes.Count > options.MaxUndoneChanges)
                {
                    return null;
                }
            }

            return changes;
        }
        catch (Exception e) when (e is RevisionCompactedException or SubscriptionLaggedException)
        {
            return null;
        }
    }
}
