using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Grains.Apps;

/// <summary>
/// Names revisions of a template: equal templates have equal hashes, however their members are ordered, and a count tells apart those that collide. In
/// Kubernetes' alphabet, so that no words appear.
/// </summary>
internal static class TemplateHash
{
    /// <summary>Label that tells apart the pods and ReplicaSets of a Deployment's revisions.</summary>
    public const string DeploymentLabel = "pod-template-hash";

    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;

    public static string Of(JsonNode? template, long collisions = 0)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteSorted(writer, template);
        }

        uint hash = FnvOffset;
        foreach (byte b in buffer.WrittenSpan)
        {
            hash = (hash ^ b) * FnvPrime;
        }

        if (collisions > 0)
        {
            foreach (byte b in Encoding.ASCII.GetBytes(collisions.ToString(CultureInfo.InvariantCulture)))
            {
                hash = (hash ^ b) * FnvPrime;
            }
        }

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(c => Alphabet[c % Alphabet.Length]));
    }

    /// <summary>Whether two templates are the same but for the label that only one of them may have.</summary>
    public static bool AreEqual(JsonObject? one, JsonObject? other) => JsonNode.DeepEquals(Unlabeled(one), Unlabeled(other));

    private static JsonObject? Unlabeled(JsonObject? template)
    {
        if (template.Child("metadata", "labels")?.ContainsKey(DeploymentLabel) != true)
        {
            return template;
        }

        var copy = (JsonObject)template!.DeepClone();
        copy.Child("metadata", "labels")!.Remove(DeploymentLabel);
        return copy;
    }

    private static void WriteSorted(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                writer.WriteStartObject();
                foreach ((string name, JsonNode? value) in obj.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    WriteSorted(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray array:
                writer.WriteStartArray();
                foreach (JsonNode? item in array)
                {
                    WriteSorted(writer, item);
                }

                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
