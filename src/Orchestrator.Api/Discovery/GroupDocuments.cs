using System.Text.Json;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Discovery;

/// <summary>Discovery of groups and resources one by one (<c>APIVersions</c>, <c>APIGroupList</c>, <c>APIResourceList</c>).</summary>
internal sealed class GroupDocuments(ServedKinds kinds, ServedVerbs served)
{
    public byte[] CoreVersions() => Write(json =>
    {
        json.WriteString("kind", "APIVersions");
        WriteStrings(json, "versions", kinds.Current.All.Where(k => k.Group.Length == 0).Select(k => k.Version).Distinct(StringComparer.Ordinal));
        json.WriteStartArray("serverAddressByClientCIDRs");
        json.WriteEndArray();
    });

    public byte[] GroupList() => Write(json =>
    {
        json.WriteString("kind", "APIGroupList");
        json.WriteString("apiVersion", "v1");
        json.WriteStartArray("groups");
        foreach (var group in kinds.Current.All.Select(k => k.Group).Where(g => g.Length > 0).Distinct(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            WriteGroup(json, group);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public byte[] Group(string group) => Write(json =>
    {
        json.WriteString("kind", "APIGroup");
        json.WriteString("apiVersion", "v1");
        WriteGroup(json, group);
    });

    public byte[] Resources(string group, string version) => Write(json =>
    {
        json.WriteString("kind", "APIResourceList");
        json.WriteString("apiVersion", "v1");
        json.WriteString("groupVersion", group.Length == 0 ? version : $"{group}/{version}");
        json.WriteStartArray("resources");
        foreach (var kind in kinds.Current.All.Where(k => k.Group == group && k.Version == version))
        {
            WriteResource(json, kind.Plural, kind.Singular, kind, kind.Kind, kind.Verbs);
            foreach (var subresource in served.Subresources(kind))
            {
                WriteResource(json, $"{kind.Plural}/{subresource.Name}", "", kind, subresource.Kind, subresource.Verbs, subresource);
            }
        }

        json.WriteEndArray();
    });

    private static void WriteResource(
        Utf8JsonWriter json, string name, string singular, ResourceKind kind, string responseKind, IEnumerable<string> verbs, ServedSubresource? subresource = null)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("singularName", singular);
        json.WriteBoolean("namespaced", kind.Namespaced);
        if (subresource is not null && (subresource.Group, subresource.Version) != (kind.Group, kind.Version))
        {
            json.WriteString("group", subresource.Group);
            json.WriteString("version", subresource.Version);
        }

        json.WriteString("kind", responseKind);
        WriteStrings(json, "verbs", verbs);
        if (singular.Length > 0)
        {
            WriteStringsIfAny(json, "shortNames", kind.ShortNames);
            WriteStringsIfAny(json, "categories", kind.Categories);
        }

        json.WriteEndObject();
    }

    private void WriteGroup(Utf8JsonWriter json, string group)
    {
        var versions = kinds.Current.All.Where(k => k.Group == group).Select(k => k.Version).Distinct(StringComparer.Ordinal).ToList();
        json.WriteString("name", group);
        json.WriteStartArray("versions");
        foreach (var version in versions)
        {
            json.WriteStartObject();
            WriteVersion(json, group, version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("preferredVersion");
        WriteVersion(json, group, versions[0]);
        json.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter json, string group, string version)
    {
        json.WriteString("groupVersion", $"{group}/{version}");
        json.WriteString("version", version);
    }

    internal static void WriteStringsIfAny(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            WriteStrings(json, name, values);
        }
    }

    internal static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    internal static byte[] Write(Action<Utf8JsonWriter> body)
    {
        using var buffer = JsonBuffer.Rent();
        buffer.Writer.WriteStartObject();
        body(buffer.Writer);
        buffer.Writer.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
