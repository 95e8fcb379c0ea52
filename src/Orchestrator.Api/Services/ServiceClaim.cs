using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Services;

/// <summary>
/// Objects that are stored and not served, one for each address and node port that a Service has; the name says which. As no two objects have one key,
/// no two Services have one address. A claim is committed in one transaction with the Service that needs it.
/// </summary>
internal static class ServiceClaim
{
    public const string Resource = "serviceclaims.orchestrator.dev";

    public static ObjectKey OfAddress(IPAddress address) => new(Resource, "", $"ip-{address}");

    public static ObjectKey OfNodePort(long port) => new(Resource, "", string.Create(CultureInfo.InvariantCulture, $"port-{port}"));

    /// <summary>Whose the claim is.</summary>
    public static (string Namespace, string Name, string Uid) Owner(StoredObject claim)
    {
        JsonObject? service = JsonTree(claim).Child("service");
        return (service.Text("namespace") ?? "", service.Text("name") ?? "", service.Text("uid") ?? "");
    }

    /// <summary>The write after which the Service has what the key names; null where another has it.</summary>
    /// <param name="key">What is claimed.</param>
    /// <param name="present">The claim that there is, or null.</param>
    /// <param name="service">metadata of the Service.</param>
    /// <param name="now">The time.</param>
    public static Mutation? Take(ObjectKey key, StoredObject? present, JsonObject service, DateTimeOffset now)
    {
        string uid = service.Text("uid") ?? "";
        if (present is null)
        {
            string claimUid = Guid.NewGuid().ToString();
            return new CreateObject(key, claimUid, Body(key, claimUid, service, now));
        }

        // Written again, though it is ours: whoever is about to give it back has read it before, and fails.
        return Owner(present).Uid == uid ? new UpdateObject(key, present.Revision, Body(key, present.Uid, service, now)) : null;
    }

    /// <summary>The claims of a stored Service.</summary>
    public static IEnumerable<ObjectKey> Of(JsonObject service)
    {
        JsonObject? spec = service.Child("spec");
        if (IPAddress.TryParse(spec.Text("clusterIP"), out IPAddress? address))
        {
            yield return OfAddress(address);
        }

        foreach (long port in spec.Items("ports").Select(p => p.Item.Integer("nodePort") ?? 0).Where(p => p != 0).Distinct())
        {
            yield return OfNodePort(port);
        }
    }

    private static JsonObject JsonTree(StoredObject claim) => Decoding.JsonTree.ParseStored(claim.Json);

    private static byte[] Body(ObjectKey key, string claimUid, JsonObject service, DateTimeOffset now) => JsonBuffer.Serialize(new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = key.Name, ["uid"] = claimUid, ["creationTimestamp"] = ObjectMetadata.Time(now) },
        ["service"] = new JsonObject
        {
            ["namespace"] = service.Text("namespace"),
            ["name"] = service.Text("name"),
            ["uid"] = service.Text("uid"),
        },
    });
}
