using System.Text.Json;
using Orchestrator.Model.Selectors;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Reads a pod's terms about other pods. Label keys (matchLabelKeys, mismatchLabelKeys) become requirements with the pod's own values.</summary>
internal static class PodTermsReader
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    /// <param name="pod">The pod.</param>
    /// <param name="defaultSpread">Constraints that it has where it states none.</param>
    public static PodTerms Read(JsonElement pod, IReadOnlyList<SpreadConstraint> defaultSpread)
    {
        JsonElement spec = pod.Member("spec");
        JsonElement affinity = spec.Member("affinity").Member("podAffinity");
        JsonElement antiAffinity = spec.Member("affinity").Member("podAntiAffinity");
        return PodTerms.Of(
            [.. affinity.Member(Required).Items().Select(t => Term(t, pod))],
            [.. antiAffinity.Member(Required).Items().Select(t => Term(t, pod))],
            [
                .. affinity.Member(Preferred).Items().Select(t => Preference(t, pod, 1)),
                .. antiAffinity.Member(Preferred).Items().Select(t => Preference(t, pod, -1)),
            ],
            spec.Member("topologySpreadConstraints").HasContent() ? [.. spec.Member("topologySpreadConstraints").Items().Select(c => Spread(c, pod))] : defaultSpread);
    }

    private static PreferredAffinityTerm Preference(JsonElement preferred, JsonElement pod, int sign) =>
        new(sign * (int)Math.Clamp(preferred.Member("weight").Whole(1), 1, 100), Term(preferred.Member("podAffinityTerm"), pod));

    private static AffinityTerm Term(JsonElement term, JsonElement pod)
    {
        JsonElement namespaceSelector = term.Member("namespaceSelector");
        string[] namespaces = [.. term.Member("namespaces").Items().Select(n => n.Text())];
        if (namespaces.Length == 0 && !namespaceSelector.IsPresent())
        {
            namespaces = [pod.Member("metadata").Member("namespace").Text()];
        }

        IEnumerable<LabelRequirement> own = [.. KeyRequirements(term, "matchLabelKeys", LabelOperator.In, pod), .. KeyRequirements(term, "mismatchLabelKeys", LabelOperator.NotIn, pod)];
        var part = new PodSelectorPart(namespaces, LabelSelectorReader.Read(namespaceSelector, []), LabelSelectorReader.Read(term.Member("labelSelector"), own));
        return new AffinityTerm(new PodSelector([part], false), term.Member("topologyKey").Text());
    }

    private static SpreadConstraint Spread(JsonElement constraint, JsonElement pod)
    {
        var part = new PodSelectorPart(
            [pod.Member("metadata").Member("namespace").Text()],
            null,
            LabelSelectorReader.Read(constraint.Member("labelSelector"), KeyRequirements(constraint, "matchLabelKeys", LabelOperator.In, pod)));
        return new SpreadConstraint
        {
            MaxSkew = (int)Math.Clamp(constraint.Member("maxSkew").Whole(1), 1, int.MaxValue),
            TopologyKey = constraint.Member("topologyKey").Text(),
            IsRequired = constraint.Member("whenUnsatisfiable").Text() != "ScheduleAnyway",
            MinDomains = (int)Math.Clamp(constraint.Member("minDomains").Whole(1), 1, int.MaxValue),
            HonorsAffinity = constraint.Member("nodeAffinityPolicy").Text() != "Ignore",
            HonorsTaints = constraint.Member("nodeTaintsPolicy").Text() == "Honor",
            Selector = new PodSelector([part], true),
        };
    }

    // A key that the pod has no label for says nothing.
    private static IEnumerable<LabelRequirement> KeyRequirements(JsonElement term, string list, LabelOperator op, JsonElement pod) =>
        term.Member(list).Items()
            .Select(key => (Key: key.Text(), Value: pod.Member("metadata").Member("labels").Member(key.Text())))
            .Where(l => l.Value.IsPresent())
            .Select(l => new LabelRequirement(l.Key, op, [l.Value.Text()]));
}
