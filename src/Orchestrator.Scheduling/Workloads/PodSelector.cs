using Orchestrator.Model.Selectors;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>Which pods a term of affinity or spreading means. Pods must match every part; there is more than one where several terms count together.</summary>
/// <param name="Parts">All must match.</param>
/// <param name="SkipsTerminating">Pods being deleted do not count: so for spreading, unlike for affinity.</param>
public sealed record PodSelector(IReadOnlyList<PodSelectorPart> Parts, bool SkipsTerminating)
{
    /// <summary>Equal for selectors that mean the same pods by the same words.</summary>
    public string Key { get; } = string.Join('\n', Parts.Select(p => p.Key)) + (SkipsTerminating ? "\nalive" : "");

    /// <summary>Whether labels of namespaces decide.</summary>
    public bool DependsOnNamespaceLabels => Parts.Any(p => p.NamespaceSelector is { IsEverything: false });

    public bool Matches(PodIdentity pod, Func<string, IReadOnlyDictionary<string, string>> namespaceLabels)
    {
        ArgumentNullException.ThrowIfNull(pod);
        if (SkipsTerminating && pod.IsTerminating)
        {
            return false;
        }

        foreach (PodSelectorPart part in Parts)
        {
            if (!part.Matches(pod, namespaceLabels))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => string.Join(" and ", Parts);
}

/// <summary>One selector of pods.</summary>
/// <param name="Namespaces">Namespaces by name.</param>
/// <param name="NamespaceSelector">Further namespaces by label; null for none.</param>
/// <param name="Labels">Labels of the pods; null matches none, as an absent selector does in Kubernetes.</param>
public sealed record PodSelectorPart(IReadOnlyList<string> Namespaces, LabelSelector? NamespaceSelector, LabelSelector? Labels)
{
    public string Key { get; } = $"{string.Join(',', Namespaces.Order(StringComparer.Ordinal))}|{Text(NamespaceSelector)}|{Text(Labels)}";

    public bool Matches(PodIdentity pod, Func<string, IReadOnlyDictionary<string, string>> namespaceLabels) =>
        Labels is not null
        && (Namespaces.Contains(pod.Namespace, StringComparer.Ordinal) || NamespaceSelector?.Matches(namespaceLabels(pod.Namespace)) == true)
        && Labels.Matches(pod.Labels);

    public override string ToString() => Labels is null ? "no pods" : Labels.IsEverything ? "any pod" : Text(Labels);

    private static string Text(LabelSelector? selector) => selector is null
        ? "-"
        : string.Join(',', selector.Requirements.Select(Text).Order(StringComparer.Ordinal));

    private static string Text(LabelRequirement r) => r.Operator switch
    {
        LabelOperator.Exists => r.Key,
        LabelOperator.DoesNotExist => $"!{r.Key}",
        LabelOperator.In when r.Values.Count == 1 => $"{r.Key}={r.Values[0]}",
        LabelOperator.In => $"{r.Key} in ({string.Join(',', r.Values)})",
        LabelOperator.NotIn => $"{r.Key} notin ({string.Join(',', r.Values)})",
        LabelOperator.GreaterThan => $"{r.Key}>{r.Values[0]}",
        _ => $"{r.Key}<{r.Values[0]}",
    };
}
