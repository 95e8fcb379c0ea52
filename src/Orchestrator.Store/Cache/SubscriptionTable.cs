using System.Runtime.InteropServices;

namespace Orchestrator.Store.Cache;

/// <summary>Subscriptions by what they follow, so that a change costs only those whom it concerns. Not thread-safe, but for <see cref="Count"/>.</summary>
internal sealed class SubscriptionTable
{
    private readonly Dictionary<(string? Resource, string? Namespace), List<ChangeSubscription>> _byScope = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(ChangeSubscription subscription)
    {
        ref var scope = ref CollectionsMarshal.GetValueRefOrAddDefault(_byScope, subscription.Scope, out _);
        (scope ??= []).Add(subscription);
        _count++;
    }

    public void Remove(ChangeSubscription subscription)
    {
        if (_byScope.TryGetValue(subscription.Scope, out var scope) && scope.Remove(subscription))
        {
            _count--;
            if (scope.Count == 0)
            {
                _byScope.Remove(subscription.Scope);
            }
        }
    }

    public void Offer(Change change)
    {
        var key = change.Object.Key;
        OfferTo((key.Resource, key.Namespace), change);
        OfferTo((key.Resource, null), change);
        OfferTo((null, null), change);
        OfferTo((null, key.Namespace), change);
    }

    public void CutAll(long revision)
    {
        foreach (var subscription in _byScope.Values.SelectMany(scope => scope))
        {
            subscription.Cut(revision);
        }

        _byScope.Clear();
        _count = 0;
    }

    private void OfferTo((string? Resource, string? Namespace) scope, Change change)
    {
        if (!_byScope.TryGetValue(scope, out var subscriptions))
        {
            return;
        }

        for (var i = subscriptions.Count - 1; i >= 0; i--)
        {
            if (!subscriptions[i].Offer(change))
            {
                subscriptions[i].Cut(change.Revision);
                Remove(subscriptions[i]);
            }
        }
    }
}
