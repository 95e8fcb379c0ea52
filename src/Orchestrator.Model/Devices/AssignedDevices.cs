using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Devices;

/// <summary>Devices of one resource that a pod has on its node. How much of each follows from what the pod asks for.</summary>
/// <param name="Resource">Their resource: <c>nvidia.com/gpu</c>.</param>
/// <param name="Ids">Their ids.</param>
public sealed record AssignedDevices(string Resource, IReadOnlyList<string> Ids)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>By content.</summary>
    public bool Equals(AssignedDevices? other) => other is not null && Resource == other.Resource && Ids.SequenceEqual(other.Ids, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Resource, Ids.Count);

    /// <summary>As in a pod's annotation <see cref="WellKnown.AssignedDevicesAnnotation"/>: <c>{"nvidia.com/gpu":["0","1"]}</c>.</summary>
    public static string Write(IEnumerable<AssignedDevices> assigned) => new JsonObject(assigned.Select(a =>
        KeyValuePair.Create(a.Resource, (JsonNode?)new JsonArray([.. a.Ids.Select(id => (JsonNode?)id)])))).ToJsonString(Plain);

    /// <summary>Reads the annotation leniently: whatever is not of its form is nothing.</summary>
    public static IReadOnlyList<AssignedDevices> Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(text) is JsonObject json ? [.. json.Select(m => new AssignedDevices(m.Key, [.. json.Texts(m.Key)]))] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
