using Orchestrator.Store;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>
/// Holds the present <see cref="RbacSnapshot"/>. It is made anew when a change of the policy comes by the change feed; before anybody is refused
/// it is compared with the store once more, so that a right just granted holds in the very next request.
/// </summary>
internal sealed class RbacPolicy(IObjectStore store)
{
    private readonly Lock _building = new();
    private volatile RbacSnapshot _current = RbacSnapshot.Empty;
    private long _checkedAt = -1;

    public RbacSnapshot Current => _current;

    /// <summary>The snapshot of everything that this process's cache holds.</summary>
    public RbacSnapshot Latest()
    {
        var revision = store.Revision;
        if (Volatile.Read(ref _checkedAt) == revision)
        {
            return _current;
        }

        lock (_building)
        {
            IReadOnlyList<StoredObject>[] sources = [.. RbacResources.All.Select(r => store.List(r).Items)];
            if (!IsSame(_current.Sources, sources))
            {
                _current = RbacSnapshot.Build(_current, sources);
            }

            Volatile.Write(ref _checkedAt, revision);
            return _current;
        }
    }

    private static bool IsSame(IReadOnlyList<IReadOnlyList<StoredObject>> known, IReadOnlyList<StoredObject>[] now)
    {
        for (var i = 0; i < known.Count; i++)
        {
            if (known[i].Count != now[i].Count)
            {
                return false;
            }

            for (var n = 0; n < known[i].Count; n++)
            {
                if (!ReferenceEquals(known[i][n], now[i][n]))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
