using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Tables;

/// <summary><c>meta.k8s.io/v1 PartialObjectMetadata</c>: an object without anything but its metadata.</summary>
internal static class PartialMetadata
{
    public static byte[] OfObject(ReadOnlyMemory<byte> json)
    {
        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer, JsonTree.ParseStored(json)["metadata"]);
        return buffer.Written.ToArray();
    }

    public static void Write(Utf8JsonWriter writer, JsonNode? metadata)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "PartialObjectMetadata");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WritePropertyName("metadata");
        if (metadata is null)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
        else
        {
            metadata.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
