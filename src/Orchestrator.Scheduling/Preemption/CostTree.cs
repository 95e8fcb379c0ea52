using System.Numerics;

namespace Orchestrator.Scheduling.Preemption;

/// <summary>
/// What each node would cost, with the cheapest always known: a tournament, in which a changed node plays again only against those that its
/// way to the top meets. Among equals the lower slot wins.
/// </summary>
internal sealed class CostTree
{
    private const int Nobody = -1;

    private PreemptionCost[] _costs = [];

    // The winner over the leaves 2i and 2i + 1 is at i; leaves begin at the number of slots.
    private int[] _winners = [];

    /// <summary>The slot that costs least, or -1.</summary>
    public int Cheapest => _winners.Length == 0 ? Nobody : _winners[1];

    /// <summary>Forgets all, for so many slots.</summary>
    public void Reset(int slots)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, slots));
        _costs = new PreemptionCost[size];
        _winners = new int[size * 2];
        _winners.AsSpan().Fill(Nobody);
    }

    /// <summary>What the slot costs now; null where it helps nobody.</summary>
    public void Set(int slot, PreemptionCost? cost)
    {
        int place = _costs.Length + slot;
        if (cost is null && _winners[place] == Nobody)
        {
            return;
        }

        _costs[slot] = cost.GetValueOrDefault();
        _winners[place] = cost is null ? Nobody : slot;
        while ((place >>= 1) > 0)
        {
            _winners[place] = Better(_winners[place * 2], _winners[(place * 2) + 1]);
        }
    }

    private int Better(int left, int right) => left == Nobody || (right != Nobody && _costs[right] < _costs[left]) ? right : left;
}
