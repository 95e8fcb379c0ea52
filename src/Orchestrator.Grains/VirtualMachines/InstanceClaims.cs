using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>The claims that an instance's volumes are. Pure.</summary>
internal static class InstanceClaims
{
    /// <summary>Volumes that are claims, with the claims' names.</summary>
    public static IEnumerable<(string Volume, string Claim)> Of(JsonObject instance)
    {
        foreach ((JsonObject volume, _) in instance.Child("spec").Items("volumes"))
        {
            string? claim = volume.Child("persistentVolumeClaim").Text("claimName")
                ?? volume.Child("dataVolume").Text("name")
                ?? volume.Child("ephemeral", "persistentVolumeClaim").Text("claimName");
            if (claim is not null && volume.Text("name") is { } name)
            {
                yield return (name, claim);
            }
        }
    }

    /// <summary>Says in the status what the claims are: their agents make disks as large as they are.</summary>
    public static void Describe(InstanceView view)
    {
        JsonNode[] volumes =
        [
            .. Of(view.Json).Where(v => view.Claims.ContainsKey(v.Claim)).Select(v =>
            {
                JsonObject claim = view.Claims[v.Claim];
                JsonObject? spec = claim.Child("spec");
                var info = new JsonObject { ["claimName"] = v.Claim };
                Copy(spec, "accessModes", info, "accessModes");
                Copy(spec.Child("resources"), "requests", info, "requests");
                Copy(claim.Child("status"), "capacity", info, "capacity");
                Copy(spec, "volumeMode", info, "volumeMode");
                return (JsonNode)new JsonObject { ["name"] = v.Volume, ["target"] = "", ["persistentVolumeClaimInfo"] = info };
            }),
        ];
        if (volumes.Length > 0)
        {
            view.Status["volumeStatus"] = new JsonArray(volumes);
        }
    }

    /// <summary>A claim that does not exist; null where all do.</summary>
    public static string? Missing(InstanceView view) => Of(view.Json).Select(v => v.Claim).FirstOrDefault(c => !view.Claims.ContainsKey(c));

    private static void Copy(JsonObject? from, string name, JsonObject to, string toName)
    {
        if (from?[name] is { } value)
        {
            to[toName] = value.DeepClone();
        }
    }
}
