using System.Numerics.Tensors;

namespace Orchestrator.Scheduling.Placing;

/// <summary>Per slot the total score, or the filter that rejects it, with the counts of both.</summary>
/// <param name="filters">Number of filters.</param>
internal sealed class NodeVerdicts(int filters)
{
    public const byte EmptySlot = byte.MaxValue;
    private const int NotEligible = -1;

    // The best of so many slots is kept, so that the best of all is found without looking at most slots.
    private const int BlockShift = 6;
    private const int BlockSize = 1 << BlockShift;

    private readonly int[] _rejectedCounts = new int[filters];
    private int[] _totals = [];
    private int[] _blockBest = [];
    private byte[] _verdicts = [];

    public int SlotCount { get; private set; }

    public int EligibleCount { get; private set; }

    /// <summary>Bits of the filters that rejected nodes.</summary>
    public int RejectedBy
    {
        get
        {
            int bits = 0;
            for (int i = 0; i < _rejectedCounts.Length; i++)
            {
                bits |= _rejectedCounts[i] > 0 ? 1 << i : 0;
            }

            return bits;
        }
    }

    /// <summary>Room for slots before the arrays must grow, and everything examined anew.</summary>
    public int Capacity => _totals.Length;

    /// <summary>Per slot 0 for an eligible one, the number of its filter from 1 for a rejected one, <see cref="EmptySlot"/> for none.</summary>
    public ReadOnlySpan<byte> Verdicts => _verdicts.AsSpan(0, SlotCount);

    public int RejectedCount(int filter) => _rejectedCounts[filter];

    public int Total(int slot) => _totals[slot];

    /// <summary>Forgets all, for so many slots.</summary>
    public void Reset(int slotCount)
    {
        Reserve(slotCount);
        SlotCount = slotCount;
        _totals.AsSpan().Fill(NotEligible);
        _blockBest.AsSpan().Fill(NotEligible);
        _verdicts.AsSpan().Fill(EmptySlot);
        Array.Clear(_rejectedCounts);
        EligibleCount = 0;
    }

    /// <summary>Takes over what another found.</summary>
    public void CopyFrom(NodeVerdicts other)
    {
        Reserve(other.SlotCount);
        SlotCount = other.SlotCount;
        other._totals.AsSpan(0, Blocks << BlockShift).CopyTo(_totals);
        other._blockBest.AsSpan(0, Blocks).CopyTo(_blockBest);
        other.Verdicts.CopyTo(_verdicts);
        other._rejectedCounts.CopyTo(_rejectedCounts, 0);
        EligibleCount = other.EligibleCount;
    }

    public void Grow(int slotCount) => SlotCount = slotCount;

    public void Set(int slot, byte verdict, int total)
    {
        Count(_verdicts[slot], -1);
        Count(verdict, 1);
        _verdicts[slot] = verdict;
        SetTotal(slot, verdict == 0 ? total : NotEligible);
    }

    /// <summary>Rejects eligible slots that were marked with a filter's code in a copy of <see cref="Verdicts"/>.</summary>
    public void Reject(ReadOnlySpan<byte> marked)
    {
        if (marked.SequenceEqual(Verdicts))
        {
            return;
        }

        // Counted anew for each code, which is vectorised, rather than slot by slot: often most slots are rejected.
        EligibleCount = marked.Count((byte)0);
        for (int i = 0; i < _rejectedCounts.Length; i++)
        {
            _rejectedCounts[i] = marked.Count((byte)(i + 1));
        }

        marked.CopyTo(_verdicts);
        Span<int> totals = _totals.AsSpan(0, marked.Length);
        for (int slot = 0; slot < totals.Length; slot++)
        {
            totals[slot] = marked[slot] == 0 ? totals[slot] : NotEligible;
        }

        FindBlockBests();
    }

    /// <summary>Adds to the totals of eligible slots.</summary>
    /// <param name="scores">Per slot, 0 for those that are not eligible.</param>
    /// <param name="weight">Factor.</param>
    public void AddScores(ReadOnlySpan<int> scores, int weight)
    {
        Span<int> totals = _totals.AsSpan(0, scores.Length);
        TensorPrimitives.MultiplyAdd(scores, weight, totals, totals);
        FindBlockBests();
    }

    /// <summary>The best slot; among equals the first at or after <paramref name="start"/>, cyclically. -1 where none is eligible.</summary>
    public int Best(int start)
    {
        if (EligibleCount == 0)
        {
            return -1;
        }

        // The maximum and a search for its value are both vectorised well, unlike a search for the maximum's place.
        int most = TensorPrimitives.Max<int>(_blockBest.AsSpan(0, Blocks));
        int startBlock = start >> BlockShift;
        int late = Block(startBlock)[(start & (BlockSize - 1))..].IndexOf(most);
        if (late >= 0)
        {
            return start + late;
        }

        int block = _blockBest.AsSpan(startBlock + 1, Blocks - startBlock - 1).IndexOf(most);
        block = block >= 0 ? startBlock + 1 + block : _blockBest.AsSpan(0, Blocks).IndexOf(most);
        return FirstIn(block, most);
    }

    /// <summary>The slots of the highest totals, best first, at most <paramref name="count"/>.</summary>
    public List<int> Top(int count)
    {
        // Take the maximum, hide it, repeat; then put back what was hidden.
        var slots = new List<int>(count);
        var hidden = new List<int>(count);
        Span<int> bests = _blockBest.AsSpan(0, Blocks);
        for (int i = Math.Min(count, EligibleCount); i > 0; i--)
        {
            int most = TensorPrimitives.Max<int>(bests);
            int best = FirstIn(bests.IndexOf(most), most);
            slots.Add(best);
            hidden.Add(most);
            SetTotal(best, NotEligible);
        }

        for (int i = 0; i < slots.Count; i++)
        {
            SetTotal(slots[i], hidden[i]);
        }

        return slots;
    }

    /// <summary>How many slots have a higher total than the slot.</summary>
    public int CountBetter(int slot)
    {
        int better = 0;
        foreach (int total in _totals.AsSpan(0, SlotCount))
        {
            better += total > _totals[slot] ? 1 : 0;
        }

        return better;
    }

    /// <summary>The first slots that the filter rejected, at most <paramref name="count"/>.</summary>
    public List<int> Rejected(int filter, int count)
    {
        var slots = new List<int>(Math.Min(count, _rejectedCounts[filter]));
        ReadOnlySpan<byte> verdicts = Verdicts;
        int from = 0;
        while (slots.Count < count && from < verdicts.Length)
        {
            int next = verdicts[from..].IndexOf((byte)(filter + 1));
            if (next < 0)
            {
                break;
            }

            slots.Add(from + next);
            from += next + 1;
        }

        return slots;
    }

    private int Blocks => (SlotCount + BlockSize - 1) >> BlockShift;

    private Span<int> Block(int block) => _totals.AsSpan(block << BlockShift, BlockSize);

    private int FirstIn(int block, int total) => (block << BlockShift) + Block(block).IndexOf(total);

    private void SetTotal(int slot, int total)
    {
        int block = slot >> BlockShift;
        int before = _totals[slot];
        _totals[slot] = total;
        if (total >= _blockBest[block])
        {
            _blockBest[block] = total;
        }
        else if (before == _blockBest[block])
        {
            _blockBest[block] = TensorPrimitives.Max<int>(Block(block));
        }
    }

    private void FindBlockBests()
    {
        for (int block = 0; block < Blocks; block++)
        {
            _blockBest[block] = TensorPrimitives.Max<int>(Block(block));
        }
    }

    private void Reserve(int slotCount)
    {
        if (slotCount > _totals.Length)
        {
            int size = Math.Max(BlockSize, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)slotCount));
            _totals = new int[size];
            _blockBest = new int[size >> BlockShift];
            _totals.AsSpan().Fill(NotEligible);
            _blockBest.AsSpan().Fill(NotEligible);
            _verdicts = new byte[size];
        }
    }

    private void Count(byte verdict, int sign)
    {
        if (verdict == 0)
        {
            EligibleCount += sign;
        }
        else if (verdict != EmptySlot)
        {
            _rejectedCounts[verdict - 1] += sign;
        }
    }
}
