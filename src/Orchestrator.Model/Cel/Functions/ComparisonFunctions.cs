using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Equality, order, membership.</summary>
internal static class ComparisonFunctions
{
    private static readonly string[] Ordered = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
    private static readonly string[] Numbers = ["int", "uint", "double"];

    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("_==_(A, A): bool", (a, b) => CelValue.Same(a[0], a[1], b)),
        ("_!=_(A, A): bool", (a, b) => !CelValue.Same(a[0], a[1], b)),
        ("@in(A, list<A>): bool", (a, b) => Contains((CelList)a[1]!, a[0], b)),
        ("@in(A, map<A, B>): bool", (a, _) => ((CelMap)a[1]!).TryGet(a[0], out object? _)),
        .. Order("<", o => o < 0),
        .. Order("<=", o => o <= 0),
        .. Order(">", o => o > 0),
        .. Order(">=", o => o >= 0),
    ];

    public static bool Contains(CelList list, object? item, CelBudget budget) => ListFunctions.IndexOf(list, item, budget) >= 0;

    private static IEnumerable<(string, CelFunction)> Order(string sign, Func<int, bool> holds)
    {
        IEnumerable<(string Left, string Right)> pairs =
            Ordered.Select(t => (t, t)).Concat(from l in Numbers from r in Numbers where l != r select (l, r));
        return pairs.Select(p => ($"_{sign}_({p.Left}, {p.Right}): bool", (CelFunction)((a, b) => Decide(a, b, holds))));
    }

    private static object Decide(object?[] arguments, CelBudget budget, Func<int, bool> holds)
    {
        int length = Math.Min((arguments[0] as string)?.Length ?? 0, (arguments[1] as string)?.Length ?? 0);
        // What has no order is not a number: no comparison with it holds.
        return budget.SpendText(length) && CelValue.Compare(arguments[0], arguments[1]) is { } order && holds(order);
    }
}
