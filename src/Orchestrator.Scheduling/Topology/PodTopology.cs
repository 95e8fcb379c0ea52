using Orchestrator.Scheduling.Cluster;
using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Topology;

/// <summary>
/// Where pods are, as far as terms between pods ask: one tally per selector that shapes use, and one per term that placed pods state.
/// A pod that comes or goes changes the few tallies that count it; nothing is counted again until nodes or namespaces change.
/// </summary>
/// <param name="cluster">The cluster that it is part of.</param>
/// <param name="pods">The placed pods with their slots, for counting anew.</param>
internal sealed class PodTopology(ClusterState cluster, Func<IEnumerable<(int Slot, Workload Workload)>> pods)
{
    private const int TallyLimit = 4096;

    private static readonly Dictionary<string, string> NoLabels = [];

    private readonly Dictionary<string, PodTally> _tallies = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Selector, string Key, int Weight), OwnedTerm> _owned = [];
    private readonly List<OwnedTerm> _inForce = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private int _generation;
    private long _uses;

    public IReadOnlyDictionary<string, string> NamespaceLabels(string name) => _namespaces.GetValueOrDefault(name) ?? NoLabels;

    /// <summary>True where the labels are news.</summary>
    public bool SetNamespace(string name, IReadOnlyDictionary<string, string>? labels)
    {
        IReadOnlyDictionary<string, string> before = NamespaceLabels(name);
        IReadOnlyDictionary<string, string> now = labels ?? NoLabels;
        if (before.Count == now.Count && now.All(l => before.TryGetValue(l.Key, out string? value) && value == l.Value))
        {
            return false;
        }

        _namespaces[name] = now;
        _generation++;
        foreach (PodTally tally in _tallies.Values.Where(t => t.Selector.DependsOnNamespaceLabels))
        {
            tally.Clear();
            CountAll(tally);
        }

        return true;
    }

    /// <summary>The pod counts, or no longer counts, on the slot.</summary>
    public void Count(int slot, Workload workload, int sign)
    {
        foreach (PodTally tally in MatchesOf(workload.Identity).Tallies)
        {
            tally.Add(slot, sign);
        }

        if (!workload.Shape.Terms.HasAffinity)
        {
            return;
        }

        foreach (OwnedTerm owned in workload.Shape.Terms.Owned ??= [.. OwnedOf(workload.Shape.Terms)])
        {
            bool wasInForce = owned.Owners.Total > 0;
            owned.Owners.Add(slot, sign);
            if (wasInForce != owned.Owners.Total > 0)
            {
                ChangeInForce(owned, !wasInForce);
            }
        }
    }

    /// <summary>What concerns pods of the identity.</summary>
    public IdentityMatches MatchesOf(PodIdentity identity)
    {
        if (identity.Matches is { } known && known.Generation == _generation)
        {
            return known;
        }

        OwnedTerm[] owned = [.. _inForce.Where(o => o.Term.Selector.Matches(identity, NamespaceLabels))];
        var matches = new IdentityMatches(
            _generation,
            [.. _tallies.Values.Where(t => t.Selector.Matches(identity, NamespaceLabels))],
            [.. owned.Where(o => o.Forbids)],
            [.. owned.Where(o => !o.Forbids)]);
        identity.Matches = matches;
        return matches;
    }

    public bool Matches(PodSelector selector, PodIdentity identity) => selector.Matches(identity, NamespaceLabels);

    /// <summary>The tallies of the shape's own terms, up to date.</summary>
    public ShapeTallies TalliesOf(WorkloadShape shape)
    {
        PodTerms terms = shape.Terms;
        if (terms.Tallies is not { } tallies || tallies.Sources.Any(s => s.IsDropped))
        {
            terms.Tallies = tallies = Resolve(shape);
        }

        foreach (PodTally source in tallies.Sources)
        {
            source.LastUse = ++_uses;
        }

        return tallies;
    }

    private ShapeTallies Resolve(WorkloadShape shape)
    {
        PodTerms terms = shape.Terms;
        var sources = new List<PodTally>();
        DomainTally By(PodSelector selector, DomainScope scope)
        {
            PodTally tally = TallyOf(selector);
            sources.Add(tally);
            return tally.By(scope, cluster);
        }

        // Kubernetes counts for required affinity only pods that match every term.
        var together = new PodSelector([.. terms.Affinity.SelectMany(a => a.Selector.Parts)], false);
        string[] requiredKeys = [.. terms.Spread.Where(s => s.IsRequired).Select(s => s.TopologyKey).Distinct(StringComparer.Ordinal)];
        string[] preferredKeys = [.. terms.Spread.Where(s => !s.IsRequired && !s.IsSystemDefault).Select(s => s.TopologyKey).Distinct(StringComparer.Ordinal)];
        bool choosesNodes = shape.NodeSelector.Length > 0 || shape.RequiredAffinity is not null;
        return new ShapeTallies(
            [.. terms.Affinity.Select(a => By(together, new DomainScope(a.TopologyKey)))],
            [.. terms.AntiAffinity.Select(a => By(a.Selector, new DomainScope(a.TopologyKey)))],
            [.. terms.Preferred.Select(p => By(p.Term.Selector, new DomainScope(p.Term.TopologyKey)))],
            [.. terms.Spread.Select(s => By(s.Selector, new DomainScope(
                s.TopologyKey,
                string.Join('\n', (s.IsRequired ? requiredKeys : preferredKeys).Where(k => k != s.TopologyKey)),
                s.HonorsAffinity && choosesNodes ? shape : null,
                s.HonorsTaints ? shape : null)))],
            [.. sources.Distinct()]);
    }

    private IEnumerable<OwnedTerm> OwnedOf(PodTerms terms) => terms.AntiAffinity.Select(a => Owned(a, 0))
        .Concat(terms.Affinity.Select(a => Owned(a, OwnedTerm.Hard)))
        .Concat(terms.Preferred.Select(p => Owned(p.Term, p.Weight)));

    private OwnedTerm Owned(AffinityTerm term, int weight)
    {
        (string, string, int) key = (term.Selector.Key, term.TopologyKey, weight);
        if (!_owned.TryGetValue(key, out OwnedTerm? owned))
        {
            if (_owned.Count >= TallyLimit)
            {
                foreach ((string, string, int) unused in _owned.Where(o => o.Value.Owners.Total == 0).Select(o => o.Key).ToArray())
                {
                    _owned.Remove(unused);
                }
            }

            var owners = new PodTally(term.Selector);
            owned = new OwnedTerm(term, weight, owners, owners.By(new DomainScope(term.TopologyKey), cluster));
            _owned.Add(key, owned);
        }

        return owned;
    }

    private void ChangeInForce(OwnedTerm owned, bool inForce)
    {
        if (inForce)
        {
            _inForce.Add(owned);
        }
        else
        {
            _inForce.Remove(owned);
        }

        _generation++;
    }

    private PodTally TallyOf(PodSelector selector)
    {
        if (_tallies.TryGetValue(selector.Key, out PodTally? tally))
        {
            return tally;
        }

        if (_tallies.Count >= TallyLimit)
        {
            foreach (PodTally old in _tallies.Values.OrderBy(t => t.LastUse).Take(TallyLimit / 4).ToArray())
            {
                old.IsDropped = true;
                _tallies.Remove(old.Selector.Key);
            }
        }

        tally = new PodTally(selector) { LastUse = ++_uses };
        CountAll(tally);
        _tallies.Add(selector.Key, tally);
        _generation++;
        return tally;
    }

    private void CountAll(PodTally tally)
    {
        var known = new Dictionary<PodIdentity, bool>(ReferenceEqualityComparer.Instance);
        foreach ((int slot, Workload workload) in pods())
        {
            if (!known.TryGetValue(workload.Identity, out bool matches))
            {
                known.Add(workload.Identity, matches = Matches(tally.Selector, workload.Identity));
            }

            if (matches)
            {
                tally.Add(slot, 1);
            }
        }
    }
}
