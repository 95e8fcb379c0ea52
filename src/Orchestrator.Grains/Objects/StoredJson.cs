using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Objects;

/// <summary>
/// Stored objects as trees, for edits that are rare enough to parse for. Members that nobody here knows are kept.
/// </summary>
internal static class StoredJson
{
    // Bodies are served as JSON, never inside HTML: only what JSON itself requires is escaped, so texts stay as their writers wrote them.
    private static readonly JsonSerializerOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Read(StoredObject stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return (JsonObject)JsonNode.Parse(stored.Json.Span, documentOptions: new JsonDocumentOptions { MaxDepth = 512 })!;
    }

    /// <summary>The replacement of the stored object by an edited tree of it.</summary>
    public static UpdateObject Replace(StoredObject stored, JsonObject edited)
    {
        edited.Child("metadata")?.Remove("resourceVersion");
        return new UpdateObject(stored.Key, stored.Revision, JsonSerializer.SerializeToUtf8Bytes(edited, Written));
    }

    /// <summary>Makes the condition hold; false where it did already. The transition time changes only with the status.</summary>
    public static bool SetCondition(JsonObject obj, ConditionValue condition, DateTimeOffset now)
    {
        JsonObject status = obj.ObjectOrNew("status")!;
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        JsonObject? present = status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == condition.Type);
        if (present is not null
            && present.Text("status") == condition.Status
            && (present.Text("reason") ?? "") == condition.Reason
            && (present.Text("message") ?? "") == condition.Message)
        {
            return false;
        }

        if (present is null)
        {
            conditions.Add(present = new JsonObject { ["type"] = condition.Type });
        }

        if (present.Text("status") != condition.Status)
        {
            present["status"] = condition.Status;
            present["lastTransitionTime"] = Timestamps.Seconds(now);
        }

        present["reason"] = condition.Reason;
        present["message"] = condition.Message;
        return true;
    }

    /// <summary>Status of a condition, or null where the object has none of that type.</summary>
    public static string? ConditionStatus(JsonObject obj, string type) =>
        obj.Child("status").Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type).Text("status");
}
