using Orchestrator.Model.Cel.Values;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>
/// <c>+</c> of lists. Of the list type set it is the union in which the first list keeps its order; of the list type map elements of the second list
/// take the place of those with the same keys ("Validation rules" of Kubernetes).
/// </summary>
internal static class ListUnion
{
    public static CelList? Join(CelList left, CelList right, CelBudget budget)
    {
        if (!budget.Spend((long)left.Count + right.Count))
        {
            return null;
        }

        return (left as JsonValues.JsonList)?.ListType switch
        {
            ListType.Set => Union(left, right, budget),
            ListType.Map when right is JsonValues.JsonList r => Merge((JsonValues.JsonList)left, r),
            _ => new CelArray([.. left.Values(), .. right.Values()]),
        };
    }

    private static CelArray Union(CelList left, CelList right, CelBudget budget)
    {
        List<object?> all = [.. left.Values()];
        all.AddRange(right.Values().Where(item => !ComparisonFunctions.Contains(left, item, budget)));
        return new CelArray(all);
    }

    private static CelArray Merge(JsonValues.JsonList left, JsonValues.JsonList right)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        List<object?> all = [];
        foreach (JsonValues.JsonList list in (ReadOnlySpan<JsonValues.JsonList>)[left, right])
        {
            for (int i = 0; i < list.Count; i++)
            {
                string identity = list.IdentityOf(i) ?? "";
                if (places.TryGetValue(identity, out int place))
                {
                    all[place] = list[i];
                }
                else
                {
                    places[identity] = all.Count;
                    all.Add(list[i]);
                }
            }
        }

        return new CelArray(all);
    }
}
