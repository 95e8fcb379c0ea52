using System.Text.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Discovery;

/// <summary>Aggregated discovery (<c>apidiscovery.k8s.io</c> v2 and v2beta1): everything of <c>/api</c> or <c>/apis</c> in one document.</summary>
internal sealed class AggregatedDocuments(ServedKinds kinds, ServedVerbs served)
{
    /// <summary>The first aggregated version that the Accept header offers before plain JSON; null for none.</summary>
    public static string? VersionOffered(string accept)
    {
        foreach (var offer in accept.Split(',', StringSplitOptions.TrimEntries))
        {
            if (offer.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) && offer.StartsWith("application/json", StringComparison.Ordinal))
            {
                var version = offer.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(p => p.StartsWith("v=", StringComparison.Ordinal))?[2..];
                if (version is "v2" or "v2beta1")
                {
                    return version;
                }
            }
            else if (offer is "application/json")
            {
                return null;
            }
        }

        return null;
    }

    public static string ContentType(string version) => $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList";

    public byte[] Core(string version) => Write(version, kinds.Current.All.Where(k => k.Group.Length == 0));

    public byte[] Named(string version) => Write(version, kinds.Current.All.Where(k => k.Group.Length > 0));

    private byte[] Write(string documentVersion, IEnumerable<ResourceKind> kinds) => GroupDocuments.Write(json =>
    {
        json.WriteString("kind", "APIGroupDiscoveryList");
        json.WriteString("apiVersion", $"apidiscovery.k8s.io/{documentVersion}");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteStartArray("items");
        foreach (var group in kinds.GroupBy(k => k.Group, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            if (group.Key.Length > 0)
            {
                json.WriteString("name", group.Key);
            }

            json.WriteNull("creationTimestamp");
            json.WriteEndObject();
            json.WriteStartArray("versions");
            foreach (var version in group.GroupBy(k => k.Version, StringComparer.Ordinal))
            {
                WriteVersion(json, version.Key, version);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private void WriteVersion(Utf8JsonWriter json, string version, IEnumerable<ResourceKind> kinds)
    {
        json.WriteStartObject();
        json.WriteString("version", version);
        json.WriteStartArray("resources");
        foreach (var kind in kinds)
        {
            WriteResource(json, kind);
        }

        json.WriteEndArray();
        json.WriteString("freshness", "Current");
        json.WriteEndObject();
    }

    private void WriteResource(Utf8JsonWriter json, ResourceKind kind)
    {
        json.WriteStartObject();
        json.WriteString("resource", kind.Plural);
        WriteResponseKind(json, kind.Group, kind.Version, kind.Kind);
        json.WriteString("scope", kind.Namespaced ? "Namespaced" : "Cluster");
        json.WriteString("singularResource", kind.Singular);
        GroupDocuments.WriteStrings(json, "verbs", kind.Verbs);
        GroupDocuments.WriteStringsIfAny(json, "shortNames", kind.ShortNames);
        GroupDocuments.WriteStringsIfAny(json, "categories", kind.Categories);
        json.WriteStartArray("subresources");
        foreach (var subresource in served.Subresources(kind))
        {
            json.WriteStartObject();
            json.WriteString("subresource", subresource.Name);
            WriteResponseKind(json, subresource.Group, subresource.Version, subresource.Kind);
            GroupDocuments.WriteStrings(json, "verbs", subresource.Verbs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteResponseKind(Utf8JsonWriter json, string group, string version, string kind)
    {
        json.WriteStartObject("responseKind");
        json.WriteString("group", group);
        json.WriteString("version", version);
        json.WriteString("kind", kind);
        json.WriteEndObject();
    }
}
