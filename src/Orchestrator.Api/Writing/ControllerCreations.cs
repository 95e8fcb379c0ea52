using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>
/// Objects that the cluster's own controllers create: they go through what a request of a client goes through, from defaults to quotas, except for
/// authorization and for the record of who owns which field, since nobody applies to them. Committing is the caller's.
/// </summary>
public sealed class ControllerCreations
{
    private const string AccountPrefix = "system:serviceaccount:kube-system:";
    private static readonly string[] Groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", UserInfo.AuthenticatedGroup];

    private readonly AdmissionChain _admission;
    private readonly QuotaCharge _quotas;
    private readonly GeneratedNames _names;
    private readonly ServedKinds _kinds;
    private readonly TimeProvider _clock;

    internal ControllerCreations(AdmissionChain admission, QuotaCharge quotas, GeneratedNames names, ServedKinds kinds, TimeProvider clock)
    {
        _admission = admission;
        _quotas = quotas;
        _names = names;
        _kinds = kinds;
        _clock = clock;
    }

    /// <summary>Admits in order, up to the first refusal.</summary>
    /// <param name="resource">Storage name of a kind that is served.</param>
    /// <param name="ns">Namespace of the objects.</param>
    /// <param name="controller">Name of the service account that asks.</param>
    /// <param name="bodies">The objects; they are altered.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What to commit, the charges of quotas first; and the message of the refusal, null where there was none.</returns>
    public async ValueTask<(IReadOnlyList<CreateObject> Objects, IReadOnlyList<Mutation> Charges, string? Refusal)> AdmitAsync(
        string resource, string ns, string controller, IReadOnlyList<JsonObject> bodies, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bodies);
        ResourceKind kind = _kinds.Current.FindStored(resource) ?? throw new ArgumentException($"{resource} is not served", nameof(resource));
        var admitted = new List<AdmissionRequest>(bodies.Count);
        string? refusal = null;
        foreach (JsonObject body in bodies)
        {
            AdmissionRequest request = Request(kind, ns, controller, body, cancel);
            if (await _admission.AdmitAsync(request, managedFields: null, isApply: true) is { } error)
            {
                refusal = error.Message;
                break;
            }

            ObjectMetadata.Of(body).Remove("managedFields");
            admitted.Add(request);
        }

        (int count, List<Mutation> charges, StatusError? exceeded) = _quotas.PlanAll(admitted);
        return ([.. admitted.Take(count).Select(Creation)], charges, exceeded?.Message ?? refusal);
    }

    private AdmissionRequest Request(ResourceKind kind, string ns, string controller, JsonObject body, CancellationToken cancel)
    {
        if (kind is { HasStatus: true, CreatesWithStatus: false })
        {
            body.Remove("status");
        }

        JsonObject metadata = ObjectMetadata.Of(body);
        string name = metadata.Text("name") is { Length: > 0 } given ? given : _names.Next(metadata.Text("generateName") ?? "");
        ObjectMetadata.StampNew(metadata, ns, name, Guid.NewGuid().ToString(), _clock.GetUtcNow(), kind.HasGeneration);
        var info = new RequestInfo
        {
            Verb = "create",
            Path = "",
            IsResource = true,
            Group = kind.Group,
            Version = kind.Version,
            Resource = kind.Plural,
            Namespace = ns,
            Kind = kind,
            Query = QueryCollection.Empty,
        };
        var call = new ApiCall(new DefaultHttpContext { RequestAborted = cancel }, info, new UserInfo(AccountPrefix + controller, Groups));
        return new AdmissionRequest(call, kind, "create", ns, name, body, null, DryRun: false);
    }

    private static CreateObject Creation(AdmissionRequest request) => new(
        new ObjectKey(request.Kind.StorageName, request.Namespace, request.Name),
        ObjectMetadata.Of(request.Object).Text("uid")!,
        ServedVersion.Serialize(request.Kind, request.Object));
}
