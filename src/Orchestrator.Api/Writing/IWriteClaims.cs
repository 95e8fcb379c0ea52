using Orchestrator.Api.Admission;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>
/// What a write needs committed with it, and may fill in for it: things of which no two objects may have the same. Asked last, when the write has been
/// admitted and validated.
/// </summary>
internal interface IWriteClaims
{
    bool AppliesTo(ResourceKind kind);

    /// <summary>
    /// The claims, which the write is committed after and only with; an error where it can never have what it asks for. Fills in the object. Where a
    /// claim is lost to another writer, it is asked again for the object as it was before.
    /// </summary>
    Outcome<IReadOnlyList<Mutation>> Plan(AdmissionRequest request);
}

/// <summary>All claims of a write.</summary>
internal sealed class WriteClaims(IEnumerable<IWriteClaims> all)
{
    private readonly IWriteClaims[] _all = [.. all];

    public Outcome<IReadOnlyList<Mutation>> Plan(AdmissionRequest request)
    {
        // A status is reported by agents and controllers; it claims nothing.
        IWriteClaims? claims = request.Call.Request.Subresource.Length > 0 ? null : Array.Find(_all, c => c.AppliesTo(request.Kind));
        return claims is null ? new Outcome<IReadOnlyList<Mutation>>([], null) : claims.Plan(request);
    }

    /// <summary>The claims and then the write, each committed only with the one before.</summary>
    public static IReadOnlyList<Mutation> Chain(params IReadOnlyList<Mutation> mutations) =>
        [.. mutations.Select((m, i) => i == 0 ? m : m with { Needs = i - 1 })];
}
