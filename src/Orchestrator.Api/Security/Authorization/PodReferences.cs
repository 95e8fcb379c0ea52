using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Authorization;

/// <summary>Which Secrets, ConfigMaps and claims to volumes a pod refers to.</summary>
public static class PodReferences
{
    /// <param name="pod">UTF-8 JSON of the pod.</param>
    /// <param name="secret">True for Secrets, false for ConfigMaps.</param>
    /// <param name="name">Name of the object.</param>
    public static bool Has(ReadOnlyMemory<byte> pod, bool secret, string name)
    {
        // Most pods do not even contain the name: no need to parse those. Names hold no character that JSON escapes.
        if (pod.Span.IndexOf(Encoding.UTF8.GetBytes($"\"{name}\"")) < 0)
        {
            return false;
        }

        return Names(Spec(pod), secret).Contains(name, StringComparer.Ordinal);
    }

    /// <summary>True where the pod runs as the service account: projected tokens are of no other.</summary>
    public static bool UsesAccount(ReadOnlyMemory<byte> pod, string name) => Spec(pod).Text("serviceAccountName") == name;

    /// <summary>True where the pod mounts the claim.</summary>
    public static bool Mounts(ReadOnlyMemory<byte> pod, string claim) =>
        Spec(pod).Items("volumes").Any(v => v.Item.Child("persistentVolumeClaim").Text("claimName") == claim);

    private static JsonObject? Spec(ReadOnlyMemory<byte> pod) =>
        (JsonNode.Parse(pod.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 128 }) as JsonObject).Child("spec");

    /// <summary>All names that a pod's spec refers to.</summary>
    public static IEnumerable<string> Names(JsonObject? spec, bool secret)
    {
        string keyRef = secret ? "secretKeyRef" : "configMapKeyRef";
        string envRef = secret ? "secretRef" : "configMapRef";
        string source = secret ? "secret" : "configMap";
        string volumeName = secret ? "secretName" : "name";
        IEnumerable<JsonObject> containers = spec.Items("initContainers").Concat(spec.Items("containers")).Concat(spec.Items("ephemeralContainers")).Select(c => c.Item);
        IEnumerable<JsonObject> volumes = spec.Items("volumes").Select(v => v.Item);
        IEnumerable<string?> names =
        [
            .. containers.SelectMany(c => c.Items("env")).Select(e => e.Item.Child("valueFrom", keyRef).Text("name")),
            .. containers.SelectMany(c => c.Items("envFrom")).Select(e => e.Item.Child(envRef).Text("name")),
            .. volumes.Select(v => v.Child(source).Text(volumeName)),
            .. volumes.SelectMany(v => v.Child("projected").Items("sources")).Select(s => s.Item.Child(source).Text("name")),
            .. secret ? spec.Items("imagePullSecrets").Select(s => s.Item.Text("name")) : [],
        ];
        return names.OfType<string>();
    }
}
