using Orchestrator.Scheduling.Workloads;

namespace Orchestrator.Scheduling.Topology;

/// <summary>
/// A term that placed pods state about others, with where those pods are: anti-affinity holds both ways, and preferences of those already
/// there count for those that come. Shared by all pods that state the same.
/// </summary>
/// <param name="term">The selector says whom it concerns.</param>
/// <param name="weight">Added to the score of the domain for each owner; 0 for a required term that forbids the domain; <see cref="Hard"/> for a required affinity.</param>
/// <param name="owners">Where the pods are that state it.</param>
/// <param name="domains">The same by domain.</param>
internal sealed class OwnedTerm(AffinityTerm term, int weight, PodTally owners, DomainTally domains)
{
    public AffinityTerm Term => term;

    public int Weight => weight;

    /// <summary>Weight that says that the term is a required affinity: how much that counts is each profile's to say.</summary>
    public const int Hard = 1_000;

    public bool IsHard => weight == Hard;

    public bool Forbids => weight == 0;

    public PodTally Owners => owners;

    public DomainTally Domains => domains;
}

/// <summary>What was found to concern an identity, valid for one generation of tallies and terms.</summary>
/// <param name="Generation">Of <see cref="PodTopology"/>.</param>
/// <param name="Tallies">Tallies that count pods of the identity.</param>
/// <param name="Forbidding">Required anti-affinity of placed pods against the identity.</param>
/// <param name="Weighing">Preferences of placed pods about the identity.</param>
internal sealed record IdentityMatches(int Generation, PodTally[] Tallies, OwnedTerm[] Forbidding, OwnedTerm[] Weighing);

/// <summary>The tallies that decide a shape's own terms, in the order of the terms.</summary>
internal sealed record ShapeTallies(
    DomainTally[] Affinity, DomainTally[] AntiAffinity, DomainTally[] Preferred, DomainTally[] Spread, PodTally[] Sources);
