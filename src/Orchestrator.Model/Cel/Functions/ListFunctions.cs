using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Functions of lists and maps.</summary>
internal static class ListFunctions
{
    private static readonly string[] Comparable = ["int", "uint", "double", "bool", "string", "bytes", "duration", "timestamp"];
    private static readonly (string Type, object Zero)[] Summable = [("int", 0L), ("uint", 0UL), ("double", 0.0), ("duration", TimeSpan.Zero)];

    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("size(list<A>): int", (a, _) => (long)((CelList)a[0]!).Count),
        ("list<A>.size(): int", (a, _) => (long)((CelList)a[0]!).Count),
        ("size(map<A, B>): int", (a, _) => (long)((CelMap)a[0]!).Count),
        ("map<A, B>.size(): int", (a, _) => (long)((CelMap)a[0]!).Count),
        ("_+_(list<A>, list<A>): list<A>", (a, b) => ListUnion.Join((CelList)a[0]!, (CelList)a[1]!, b)),
        ("list<A>.indexOf(A): int", (a, b) => IndexOf((CelList)a[0]!, a[1], b)),
        ("list<A>.lastIndexOf(A): int", (a, b) => LastIndexOf((CelList)a[0]!, a[1], b)),
        .. Comparable.Select(t => ($"list<{t}>.isSorted(): bool", (CelFunction)IsSorted)),
        .. Comparable.Select(t => ($"list<{t}>.min(): {t}", (CelFunction)((a, b) => Extreme((CelList)a[0]!, -1, b)))),
        .. Comparable.Select(t => ($"list<{t}>.max(): {t}", (CelFunction)((a, b) => Extreme((CelList)a[0]!, 1, b)))),
        .. Summable.Select(s => ($"list<{s.Type}>.sum(): {s.Type}", (CelFunction)((a, b) => Sum((CelList)a[0]!, s.Zero, b)))),
    ];

    /// <summary>Position of the first element that is the same; -1 for none.</summary>
    public static long IndexOf(CelList list, object? item, CelBudget budget)
    {
        for (int i = 0; i < list.Count && !budget.IsExhausted; i++)
        {
            if (CelValue.Same(list[i], item, budget))
            {
                return i;
            }
        }

        return -1;
    }

    private static long LastIndexOf(CelList list, object? item, CelBudget budget)
    {
        for (int i = list.Count - 1; i >= 0 && !budget.IsExhausted; i--)
        {
            if (CelValue.Same(list[i], item, budget))
            {
                return i;
            }
        }

        return -1;
    }

    private static object? IsSorted(object?[] a, CelBudget budget)
    {
        var list = (CelList)a[0]!;
        bool isSorted = true;
        for (int i = 1; i < list.Count && isSorted; i++)
        {
            if (!Pay(list[i], budget) || CelValue.Compare(list[i - 1], list[i]) is not { } order)
            {
                return CelError.NoOverload;
            }

            isSorted = order <= 0;
        }

        return isSorted;
    }

    private static object? Extreme(CelList list, int sign, CelBudget budget)
    {
        if (list.Count == 0)
        {
            return new CelError($"{(sign < 0 ? "min" : "max")} called on empty list");
        }

        object? best = list[0];
        for (int i = 1; i < list.Count; i++)
        {
            if (!Pay(list[i], budget) || CelValue.Compare(list[i], best) is not { } order)
            {
                return CelError.NoOverload;
            }

            best = Math.Sign(order) == sign ? list[i] : best;
        }

        return best;
    }

    private static object? Sum(CelList list, object zero, CelBudget budget)
    {
        // The type of the elements may be known only now: the sum begins with the first of them.
        object? sum = list.Count > 0 ? list[0] : zero;
        for (int i = 1; i < list.Count && budget.Spend(1); i++)
        {
            sum = ArithmeticFunctions.Add(sum, list[i]);
            if (sum is CelError)
            {
                break;
            }
        }

        return sum is long or ulong or double or TimeSpan or CelError ? sum : CelError.NoOverload;
    }

    private static bool Pay(object? item, CelBudget budget) => budget.SpendText((item as string)?.Length ?? 0);
}
