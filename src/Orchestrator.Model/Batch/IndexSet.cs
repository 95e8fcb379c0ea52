using System.Globalization;
using System.Text;

namespace Orchestrator.Model.Batch;

/// <summary>Completion indexes as <c>status.completedIndexes</c> writes them: <c>0,2-4</c>, in order. Immutable; kept as intervals, so that its size follows its text.</summary>
public sealed class IndexSet
{
    /// <summary>Indexes are below this.</summary>
    public const int MaxIndexes = int.MaxValue - 1;

    public static readonly IndexSet Empty = new([]);

    private readonly List<(int First, int Last)> _intervals;

    private IndexSet(List<(int First, int Last)> intervals) => _intervals = intervals;

    public long Count => _intervals.Sum(i => (long)i.Last - i.First + 1);

    public static IndexSet Of(IEnumerable<int> indexes)
    {
        var intervals = new List<(int First, int Last)>();
        foreach (int index in indexes.Distinct().Order())
        {
            if (intervals.Count > 0 && intervals[^1].Last == index - 1)
            {
                intervals[^1] = (intervals[^1].First, index);
            }
            else
            {
                intervals.Add((index, index));
            }
        }

        return new IndexSet(intervals);
    }

    /// <summary>Reads the text; false where it is malformed, out of order or holds an index that is not below <paramref name="limit"/>.</summary>
    public static bool TryParse(string? text, long limit, out IndexSet set)
    {
        set = Empty;
        var intervals = new List<(int First, int Last)>();
        foreach (string part in string.IsNullOrEmpty(text) ? [] : text.Split(','))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!int.TryParse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                || !int.TryParse(dash < 0 ? part : part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
                || last < first || (dash >= 0 && last == first) || last >= limit || (intervals.Count > 0 && first <= intervals[^1].Last))
            {
                return false;
            }

            if (intervals.Count > 0 && intervals[^1].Last == first - 1)
            {
                intervals[^1] = (intervals[^1].First, last);
            }
            else
            {
                intervals.Add((first, last));
            }
        }

        set = new IndexSet(intervals);
        return true;
    }

    public bool Contains(int index)
    {
        int low = 0, high = _intervals.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int first, int last) = _intervals[middle];
            if (index < first)
            {
                high = middle - 1;
            }
            else if (index > last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>This set with more indexes; itself where it has them all.</summary>
    public IndexSet With(IEnumerable<int> more)
    {
        int[] added = [.. more.Where(i => !Contains(i)).Distinct()];
        if (added.Length == 0)
        {
            return this;
        }

        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in _intervals.Concat(added.Select(i => (i, i))).OrderBy(i => i.Item1))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new IndexSet(merged);
    }

    /// <summary>Those below a limit.</summary>
    public IndexSet Below(long limit) =>
        new([.. _intervals.Where(i => i.First < limit).Select(i => (i.First, (int)Math.Min(i.Last, limit - 1)))]);

    /// <summary>How many of this set's indexes are in another.</summary>
    public long CountIn(IndexSet other) => _intervals.Sum(i => other._intervals.Sum(o => Math.Max(0L, (long)Math.Min(i.Last, o.Last) - Math.Max(i.First, o.First) + 1)));

    /// <summary>The lowest indexes below <paramref name="limit"/> that neither are in the set nor are refused.</summary>
    public IEnumerable<int> Missing(int limit, Func<int, bool> isRefused)
    {
        int next = 0;
        foreach ((int first, int last) in _intervals.Append((limit, limit)))
        {
            for (; next < first && next < limit; next++)
            {
                if (!isRefused(next))
                {
                    yield return next;
                }
            }

            next = Math.Max(next, last + 1);
        }
    }

    /// <summary>Two neighbours are written <c>1,2</c>, longer runs <c>1-3</c>, as Kubernetes does.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((int first, int last) in _intervals)
        {
            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(last > first + 1 ? '-' : ',')}{last}");
            }
        }

        return text.ToString();
    }
}
