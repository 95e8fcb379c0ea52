using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Responses;

/// <summary>
/// Between the version that an object is stored in and the one it is asked for in. Versions of custom kinds differ in nothing but apiVersion
/// (conversion strategy None), so objects are not parsed to be served; those of the few built-in kinds with several versions are converted.
/// </summary>
internal static class ServedVersion
{
    /// <summary>The stored object in the kind's version; the same bytes where it is in it already, as built-in kinds with one version always are.</summary>
    public static ReadOnlyMemory<byte> Of(ResourceKind kind, ReadOnlyMemory<byte> json)
    {
        return kind.Conversion is { } conversion ? JsonBuffer.Serialize(conversion.FromStored(JsonTree.ParseStored(json)))
            : kind.IsCustom ? In(kind.ApiVersion, json)
            : json;
    }

    private static ReadOnlyMemory<byte> In(string apiVersion, ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = JsonTree.StoredDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("apiVersion"u8);
            reader.Read();
            if (found)
            {
                return reader.TokenType != JsonTokenType.String || reader.ValueTextEquals(apiVersion)
                    ? json
                    : Splice(json.Span, (int)reader.TokenStartIndex, (int)reader.BytesConsumed, apiVersion);
            }

            reader.Skip();
        }

        return json;
    }

    /// <summary>The stored object as a tree of its own, in the kind's version.</summary>
    public static JsonObject Parse(ResourceKind kind, ReadOnlyMemory<byte> json) =>
        kind.Conversion is { } conversion ? conversion.FromStored(JsonTree.ParseStored(json)) : JsonTree.ParseStored(Of(kind, json));

    /// <summary>The object as it is stored: in the kind's storage version. It is as before afterwards.</summary>
    public static byte[] Serialize(ResourceKind kind, JsonObject obj)
    {
        if (kind.Conversion is { } conversion)
        {
            return JsonBuffer.Serialize(conversion.ToStored(obj));
        }

        if (!kind.IsCustom || obj.Text("apiVersion") == kind.StorageApiVersion)
        {
            return JsonBuffer.Serialize(obj);
        }

        var served = obj.Text("apiVersion");
        obj["apiVersion"] = kind.StorageApiVersion;
        var json = JsonBuffer.Serialize(obj);
        obj["apiVersion"] = served;
        return json;
    }

    /// <summary>True where the object is stored in another version than objects are stored in now.</summary>
    public static bool IsOutdated(ResourceKind kind, ReadOnlyMemory<byte> json) =>
        kind.IsCustom && !In(kind.StorageApiVersion, json).Equals(json);

    private static byte[] Splice(ReadOnlySpan<byte> json, int start, int end, string apiVersion) =>
        [.. json[..start], (byte)'"', .. Encoding.UTF8.GetBytes(apiVersion), (byte)'"', .. json[end..]];
}
