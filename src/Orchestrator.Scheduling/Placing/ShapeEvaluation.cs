using System.Numerics.Tensors;
using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Placing;

/// <summary>
/// What every node answers to one shape: its total score, or the filter that rejects it. Refreshing examines only the slots touched since the
/// last time, so that the next pod of the same shape costs one re-scored node and one vectorised search for the maximum.
/// </summary>
internal sealed class ShapeEvaluation
{
    private const byte EmptySlot = byte.MaxValue;
    private const int NotEligible = -1;

    private readonly ClusterState _cluster;
    private readonly PlacementProfile _profile;
    private readonly WorkloadShape _shape;
    private readonly int[] _rejectedCounts;
    private readonly Action<int> _examine;
    private int[] _totals = [];
    private byte[] _verdicts = [];
    private long _seenVersion = -1;

    public ShapeEvaluation(ClusterState cluster, PlacementProfile profile, WorkloadShape shape)
    {
        _cluster = cluster;
        _profile = profile;
        _shape = shape;
        _rejectedCounts = new int[profile.Filters.Count];
        _examine = Examine;
    }

    /// <summary>When the placer last used it, for eviction.</summary>
    public long LastUse { get; set; }

    /// <summary>The report made at this version, if any: pods of one shape that fit nowhere share it.</summary>
    public PlacementReport? UnfitReport { get; set; }

    public int EligibleCount { get; private set; }

    public WorkloadShape Shape => _shape;

    public int RejectedCount(int filter) => _rejectedCounts[filter];

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

    public void Refresh()
    {
        if (_seenVersion == _cluster.Version)
        {
            return;
        }

        UnfitReport = null;
        if (_seenVersion < 0 || _cluster.SlotCount > _totals.Length || !_cluster.TryVisitTouched(_seenVersion, _examine))
        {
            ExamineAll();
        }

        _seenVersion = _cluster.Version;
    }

    /// <summary>The best slot; among equals the first at or after <paramref name="start"/>, cyclically. -1 where none is eligible.</summary>
    public int Best(int start)
    {
        if (EligibleCount == 0)
        {
            return -1;
        }

        ReadOnlySpan<int> totals = _totals.AsSpan(0, _cluster.SlotCount);
        int late = start + TensorPrimitives.IndexOfMax(totals[start..]);
        int early = start == 0 ? late : TensorPrimitives.IndexOfMax(totals[..start]);
        return totals[early] > totals[late] ? early : late;
    }

    /// <summary>The slots of the highest totals, best first, at most <paramref name="count"/>.</summary>
    public List<int> Top(int count)
    {
        // Take the maximum, hide it, repeat; then put back what was hidden.
        var slots = new List<int>(count);
        var hidden = new List<int>(count);
        Span<int> totals = _totals.AsSpan(0, _cluster.SlotCount);
        for (int i = Math.Min(count, EligibleCount); i > 0; i--)
        {
            int best = TensorPrimitives.IndexOfMax<int>(totals);
            slots.Add(best);
            hidden.Add(totals[best]);
            totals[best] = NotEligible;
        }

        for (int i = 0; i < slots.Count; i++)
        {
            totals[slots[i]] = hidden[i];
        }

        return slots;
    }

    public int Total(int slot) => _totals[slot];

    /// <summary>The first slots that the filter rejected, at most <paramref name="count"/>.</summary>
    public List<int> Rejected(int filter, int count)
    {
        var slots = new List<int>(count);
        ReadOnlySpan<byte> verdicts = _verdicts.AsSpan(0, _cluster.SlotCount);
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

    private void ExamineAll()
    {
        int size = Math.Max(_totals.Length, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_cluster.SlotCount));
        if (size > _totals.Length)
        {
            _totals = new int[size];
            _verdicts = new byte[size];
        }

        _totals.AsSpan().Fill(NotEligible);
        _verdicts.AsSpan().Fill(EmptySlot);
        Array.Clear(_rejectedCounts);
        EligibleCount = 0;
        for (int slot = 0; slot < _cluster.SlotCount; slot++)
        {
            Examine(slot);
        }
    }

    private void Examine(int slot)
    {
        Count(_verdicts[slot], -1);
        byte verdict = Verdict(slot);
        Count(verdict, 1);
        _verdicts[slot] = verdict;
        _totals[slot] = verdict == 0 ? Score(slot) : NotEligible;
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

    private byte Verdict(int slot)
    {
        if (_cluster.NameOf(slot) is null)
        {
            return EmptySlot;
        }

        for (int i = 0; i < _profile.Filters.Count; i++)
        {
            if (!_profile.Filters[i].Admits(_cluster, slot, _shape))
            {
                return (byte)(i + 1);
            }
        }

        return 0;
    }

    private int Score(int slot)
    {
        int total = 0;
        for (int i = 0; i < _profile.Scorers.Count; i++)
        {
            total += _profile.Scorers[i].Weight * _profile.Scorers[i].Score(_cluster, slot, _shape);
        }

        return total;
    }
}
