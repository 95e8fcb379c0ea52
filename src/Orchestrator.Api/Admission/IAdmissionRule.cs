using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission;

/// <summary>
/// A rule on writes that needs more than the object: other objects, the user. Rules run in the order of registration, after defaulting and
/// before validation; they may fill fields in and may refuse. What only looks at the result is an <see cref="IAdmissionCheck"/>.
/// </summary>
public interface IAdmissionRule
{
    /// <summary>True where the rule looks at such writes. Asked for every write, so a comparison and no more.</summary>
    /// <param name="kind">Kind of the object.</param>
    /// <param name="verb">create, update or delete; a patch is an update.</param>
    /// <param name="subresource">Empty, or <c>status</c>.</param>
    bool AppliesTo(ResourceKind kind, string verb, string subresource);

    /// <summary>Null admits.</summary>
    ValueTask<StatusError?> AdmitAsync(AdmissionRequest request, CancellationToken cancel);
}

/// <param name="Call">The request.</param>
/// <param name="Kind">Kind of the object.</param>
/// <param name="Verb">create, update or delete.</param>
/// <param name="Namespace">Namespace of the object, empty for cluster-scoped ones.</param>
/// <param name="Name">Name of the object.</param>
/// <param name="Object">The object as it would be stored; on delete, the stored one.</param>
/// <param name="Old">The stored object on update and delete, null on create.</param>
/// <param name="DryRun">True where nothing will be stored.</param>
public sealed record AdmissionRequest(
    ApiCall Call, ResourceKind Kind, string Verb, string Namespace, string Name, JsonObject Object, JsonObject? Old, bool DryRun)
{
    /// <summary>Revision of <see cref="Old"/>; 0 on create.</summary>
    public long Revision { get; init; }
}
