using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Authorization;

/// <summary>What a PersistentVolume refers to.</summary>
internal static class VolumeReferences
{
    /// <summary>Whether the volume is a directory that the node of the host name keeps.</summary>
    /// <param name="volume">UTF-8 JSON of the volume.</param>
    /// <param name="host">The node's label <c>kubernetes.io/hostname</c>.</param>
    public static bool IsLocalTo(ReadOnlyMemory<byte> volume, string host)
    {
        JsonObject json = JsonTree.ParseStored(volume);
        return json.Child("metadata", "annotations").Text(LocalVolumes.ProvisionedByAnnotation) == LocalVolumes.Provisioner
            && json.Child("spec", "nodeAffinity").Child("required").Items("nodeSelectorTerms").SelectMany(t => t.Item.Items("matchExpressions"))
                .Any(e => e.Item.Text("key") == "kubernetes.io/hostname" && e.Item.Texts("values").Contains(host, StringComparer.Ordinal));
    }

    /// <summary>The claim that it is kept for.</summary>
    public static (string Namespace, string Name)? Claim(ReadOnlyMemory<byte> volume) =>
        JsonTree.ParseStored(volume).Child("spec", "claimRef") is { } claim ? (claim.Text("namespace") ?? "", claim.Text("name") ?? "") : null;
}
