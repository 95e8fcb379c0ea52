using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Services;

/// <summary>A Service of the cluster's own, without selector and with an address that is agreed on.</summary>
internal sealed record SystemService(string Namespace, string Name, IPAddress Address)
{
    public required JsonObject Labels { get; init; }

    public required JsonArray Ports { get; init; }

    /// <summary>Its creation, with the claim on its address; empty while another Service has that.</summary>
    public IReadOnlyList<Mutation> Create(IObjectStore store, DateTimeOffset now)
    {
        ObjectKey key = ServiceClaim.OfAddress(Address);
        JsonObject service = EndpointObjects.New("v1", "Service", Namespace, Name, now);
        JsonObject metadata = service.Child("metadata")!;
        metadata["labels"] = Labels.DeepClone();
        service["spec"] = new JsonObject { ["clusterIP"] = Address.ToString(), ["ports"] = Ports.DeepClone(), ["type"] = "ClusterIP" };
        BuiltInKinds.Registry().FindKind("v1", "Service")!.Rules.Default(service);
        CreateObject creation = new(new ObjectKey("services", Namespace, Name), metadata.Text("uid")!, JsonBuffer.Serialize(service));

        // A first service of the same address would be an earlier one of the same name, whose claim is about to be given back: the next pass tries again.
        return ServiceClaim.Take(key, store.Get(key), metadata, now) is { } claim ? WriteClaims.Chain(claim, creation) : [];
    }
}
