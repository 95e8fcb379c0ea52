using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Ports;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Heartbeats;

/// <summary>
/// Node Leases that change nothing but <c>spec.renewTime</c> are told to the node's grain and not committed: at ten thousand nodes they would be
/// most of the database's writes, and each is worthless ten seconds later. Reads show the latest renewal all the same.
/// </summary>
public sealed class LeaseHeartbeats(INodeHeartbeats heartbeats) : IUpdateAbsorber, IReadOverlay
{
    /// <summary>Kubernetes' MicroTime.</summary>
    private const string MicroTime = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public string Resource => "leases.coordination.k8s.io";

    public async ValueTask<bool> AbsorbAsync(ObjectKey key, JsonObject updated, JsonObject old, CancellationToken cancel)
    {
        if (key.Namespace != WellKnown.NodeLeaseNamespace || updated.Child("spec").Time("renewTime") is not { } renewed)
        {
            return false;
        }

        // Whoever labels a Lease sends a renewTime along that is none of the agent's doing: the stored one, or the one it was shown.
        // Not compared by order: a node's clock may be set back, and its heartbeats count as before.
        if (renewed == old.Child("spec").Time("renewTime") || renewed == heartbeats.LastRenewal(key.Name))
        {
            return false;
        }

        await heartbeats.RenewedAsync(key.Name, renewed.ToUniversalTime(), cancel);
        return JsonNode.DeepEquals(WithoutRenewal(updated), WithoutRenewal(old));
    }

    public ReadOnlyMemory<byte> Show(StoredObject stored)
    {
        if (stored.Key.Namespace != WellKnown.NodeLeaseNamespace || heartbeats.LastRenewal(stored.Key.Name) is not { } renewed)
        {
            return stored.Json;
        }

        var lease = JsonTree.ParseStored(stored.Json);
        // Another server may have committed a later one.
        if (lease.Child("spec") is not { } spec || spec.Time("renewTime") >= renewed)
        {
            return stored.Json;
        }

        spec["renewTime"] = renewed.UtcDateTime.ToString(MicroTime, CultureInfo.InvariantCulture);
        return JsonBuffer.Serialize(lease);
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
