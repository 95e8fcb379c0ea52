using System.Text.Json;

namespace Orchestrator.Scheduling.Reading;

/// <summary>Reads stored objects leniently: what is absent or of another type than expected reads as empty, because placement must not fail on one odd object.</summary>
internal static class JsonElementReading
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    public static bool IsPresent(this JsonElement element) => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Whether there is anything in it: not absent, not null, not an empty object or array.</summary>
    public static bool HasContent(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => false,
        JsonValueKind.Object => element.EnumerateObject().MoveNext(),
        JsonValueKind.Array => element.GetArrayLength() > 0,
        _ => true,
    };

    public static string Text(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() ?? "",
        JsonValueKind.Number => element.GetRawText(),
        _ => "",
    };

    public static bool IsTrue(this JsonElement element) => element.ValueKind == JsonValueKind.True;

    public static long Whole(this JsonElement element, long absent = 0) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) ? value : absent;

    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];
}
