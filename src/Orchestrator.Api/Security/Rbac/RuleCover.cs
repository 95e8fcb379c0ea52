namespace Orchestrator.Api.Security.Rbac;

/// <summary>
/// Whether rules that somebody holds cover rules that they want to grant (Kubernetes' escalation check). Wanted rules are taken apart into one verb on
/// one resource each, because several held rules may cover one wanted rule together.
/// </summary>
public static class RuleCover
{
    /// <summary>What of the wanted rules nobody of the held ones covers, put together again by resource; empty where all is covered.</summary>
    public static IReadOnlyList<PolicyRule> Missing(IReadOnlyList<PolicyRule> held, IEnumerable<PolicyRule> wanted) =>
        Compact(wanted.SelectMany(TakeApart).Where(piece => !held.Any(rule => Covers(rule, piece))));

    private static IEnumerable<PolicyRule> TakeApart(PolicyRule rule)
    {
        foreach (var verb in rule.Verbs)
        {
            foreach (var url in rule.NonResourceUrls)
            {
                yield return new PolicyRule([verb], [], [], [], [url]);
            }

            foreach (var group in rule.ApiGroups)
            {
                foreach (var resource in rule.Resources)
                {
                    foreach (var name in rule.ResourceNames.DefaultIfEmpty(""))
                    {
                        yield return new PolicyRule([verb], [group], [resource], name.Length == 0 ? [] : [name], []);
                    }
                }
            }
        }
    }

    private static bool Covers(PolicyRule held, PolicyRule piece)
    {
        if (!Contains(held.Verbs, piece.Verbs[0]))
        {
            return false;
        }

        if (piece.NonResourceUrls.Count > 0)
        {
            return CoversUrl(held, piece.NonResourceUrls[0]);
        }

        return held.NonResourceUrls.Count == 0
            && Contains(held.ApiGroups, piece.ApiGroups[0])
            && CoversResource(held, piece.Resources[0])
            && (held.ResourceNames.Count == 0 || (piece.ResourceNames.Count > 0 && held.ResourceNames.Contains(piece.ResourceNames[0], StringComparer.Ordinal)));
    }

    private static bool CoversResource(PolicyRule held, string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return resource == PolicyRule.Any
            ? held.Resources.Contains(PolicyRule.Any, StringComparer.Ordinal)
            : held.AllowsResource(slash < 0 ? resource : resource[..slash], slash < 0 ? "" : resource[(slash + 1)..]);
    }

    /// <summary>A prefix (<c>/api/*</c>) is covered by a prefix that is as short or shorter.</summary>
    private static bool CoversUrl(PolicyRule held, string url) => held.NonResourceUrls.Any(h =>
        h == PolicyRule.Any || h == url || (h.EndsWith('*') && url.StartsWith(h[..^1], StringComparison.Ordinal)));

    private static bool Contains(IReadOnlyList<string> values, string wanted) =>
        values.Contains(PolicyRule.Any, StringComparer.Ordinal) || values.Contains(wanted, StringComparer.Ordinal);

    /// <summary>Pieces have one of each, or none.</summary>
    private static string? Only(IReadOnlyList<string> values) => values.Count > 0 ? values[0] : null;

    private static List<PolicyRule> Compact(IEnumerable<PolicyRule> pieces) =>
    [
        .. from piece in pieces
           group piece by (Url: Only(piece.NonResourceUrls), Group: Only(piece.ApiGroups), Resource: Only(piece.Resources), Name: Only(piece.ResourceNames)) into alike
           let first = alike.First()
           select new PolicyRule([.. alike.Select(p => p.Verbs[0]).Distinct(StringComparer.Ordinal)], first.ApiGroups, first.Resources, first.ResourceNames, first.NonResourceUrls),
    ];
}
