using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.Cel.Values;

/// <summary>Equality of lists, which of the list types set and map does not depend on the order of elements ("Validation rules" of Kubernetes).</summary>
internal static class CelListEquality
{
    public static bool Same(CelList left, CelList right, CelBudget budget)
    {
        ListType? type = (left as JsonValues.JsonList)?.ListType ?? (right as JsonValues.JsonList)?.ListType;
        return type switch
        {
            ListType.Set => SameSets(left, right, budget),
            ListType.Map when left is JsonValues.JsonList l && right is JsonValues.JsonList r => SameMaps(l, r, budget),
            _ => SameSequences(left, right, budget),
        };
    }

    private static bool SameSequences(CelList left, CelList right, CelBudget budget)
    {
        for (int i = 0; i < left.Count; i++)
        {
            if (!CelValue.Same(left[i], right[i], budget))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameSets(CelList left, CelList right, CelBudget budget) =>
        left.Values().All(l => right.Values().Any(r => CelValue.Same(l, r, budget)));

    private static bool SameMaps(JsonValues.JsonList left, JsonValues.JsonList right, CelBudget budget)
    {
        if (!budget.Spend(left.Count + right.Count))
        {
            return false;
        }

        var byIdentity = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (int i = 0; i < right.Count; i++)
        {
            byIdentity[right.IdentityOf(i) ?? ""] = right[i];
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!byIdentity.TryGetValue(left.IdentityOf(i) ?? "", out object? other) || !CelValue.Same(left[i], other, budget))
            {
                return false;
            }
        }

        return true;
    }
}
