using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Ports;
using Orchestrator.Model;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Heartbeats;

/// <summary>
/// Node Leases that change nothing but <c>spec.renewTime</c> are told to the node's grain and not committed: at ten thousand nodes they would be
/// most of the database's writes, and each is worthless ten seconds later.
/// </summary>
public sealed class LeaseHeartbeats(INodeHeartbeats heartbeats) : IUpdateAbsorber
{
    public string Resource => "leases.coordination.k8s.io";

    public async ValueTask<bool> AbsorbAsync(ObjectKey key, JsonObject updated, JsonObject old, CancellationToken cancel)
    {
        if (key.Namespace != WellKnown.NodeLeaseNamespace || updated.Child("spec").Time("renewTime") is not { } renewed)
        {
            return false;
        }

        await heartbeats.RenewedAsync(key.Name, renewed.ToUniversalTime(), cancel);
        return JsonNode.DeepEquals(WithoutRenewal(updated), WithoutRenewal(old));
    }

    private static JsonObject WithoutRenewal(JsonObject lease)
    {
        var copy = (JsonObject)lease.DeepClone();
        copy.Child("spec")?.Remove("renewTime");
        copy.Child("metadata")?.Remove("resourceVersion");
        copy.Child("metadata")?.Remove("managedFields");
        return copy;
    }
}
