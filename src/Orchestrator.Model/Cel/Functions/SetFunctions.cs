using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Lists as sets (the sets extension of cel-go).</summary>
internal static class SetFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("sets.contains(list<A>, list<A>): bool", (a, b) => ContainsAll((CelList)a[0]!, (CelList)a[1]!, b)),
        ("sets.equivalent(list<A>, list<A>): bool", (a, b) => ContainsAll((CelList)a[0]!, (CelList)a[1]!, b) && ContainsAll((CelList)a[1]!, (CelList)a[0]!, b)),
        ("sets.intersects(list<A>, list<A>): bool", (a, b) => ((CelList)a[1]!).Values().Any(item => ComparisonFunctions.Contains((CelList)a[0]!, item, b))),
    ];

    private static bool ContainsAll(CelList list, CelList sublist, CelBudget budget) =>
        sublist.Values().All(item => ComparisonFunctions.Contains(list, item, budget));
}
