using System.Runtime.InteropServices;
using Orchestrator.Api.Security;
using Orchestrator.Model;

namespace Orchestrator.Api.Watching;

/// <summary>Counts the watches that are open, of each user and in all, and refuses more than the limits.</summary>
internal sealed class OpenWatches(ApiOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);
    private int _total;

    /// <summary>False where there are too many already.</summary>
    public bool TryOpen(UserInfo user)
    {
        lock (_gate)
        {
            if (_total >= options.MaxWatches)
            {
                return false;
            }

            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(_byUser, user.Name, out _);
            if (own >= options.MaxWatchesPerUser && !user.IsIn(WellKnown.MastersGroup))
            {
                return false;
            }

            own++;
            _total++;
            return true;
        }
    }

    public void Close(UserInfo user)
    {
        lock (_gate)
        {
            _total--;
            ref var own = ref CollectionsMarshal.GetValueRefOrNullRef(_byUser, user.Name);
            if (--own == 0)
            {
                _byUser.Remove(user.Name);
            }
        }
    }
}
