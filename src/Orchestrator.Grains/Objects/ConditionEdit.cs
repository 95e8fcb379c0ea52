using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Grains.Objects;

/// <summary>A condition as it shall be. Empty <paramref name="Reason"/> and <paramref name="Message"/> are left out.</summary>
public sealed record ConditionValue(string Type, string Status, string Reason, string Message);

/// <summary>Sets one of an object's <c>status.conditions</c> in its JSON, keeping every other byte.</summary>
internal static class ConditionEdit
{
    /// <summary>
    /// Adds to <paramref name="edits"/> what makes the condition hold, or nothing where it already does. <c>lastTransitionTime</c> changes
    /// only with the status.
    /// </summary>
    /// <param name="json">The object.</param>
    /// <param name="condition">What shall hold.</param>
    /// <param name="now">Time of the transition.</param>
    /// <param name="edits">Receives the edit.</param>
    public static void Set(ReadOnlySpan<byte> json, ConditionValue condition, DateTimeOffset now, JsonEdits edits)
    {
        var root = new Span(0, json.Length);
        if (JsonMembers.Find(json, root, "status"u8) is not { } status)
        {
            edits.InsertMember(json, root, "status"u8, StatusWith(condition, now));
            return;
        }

        if (json[status.Start] != '{')
        {
            edits.Replace(status, StatusWith(condition, now));
            return;
        }

        if (JsonMembers.Find(json, status, "conditions"u8) is not { } conditions)
        {
            edits.InsertMember(json, status, "conditions"u8, [(byte)'[', .. Write(condition, now, null), (byte)']']);
            return;
        }

        if (json[conditions.Start] != '[')
        {
            edits.Replace(conditions, [(byte)'[', .. Write(condition, now, null), (byte)']']);
            return;
        }

        foreach (Span element in JsonMembers.Elements(json, conditions))
        {
            if (JsonMembers.Text(json, element, "type"u8) == condition.Type)
            {
                Replace(json, element, condition, now, edits);
                return;
            }
        }

        edits.InsertFirst(json, conditions, Write(condition, now, null));
    }

    /// <summary>The body that a mutation of the object shall have, or null where the edits change nothing.</summary>
    public static byte[]? Body(StoredObject stored, JsonEdits edits) =>
        edits.IsEmpty ? null : RevisionSplice.Strip(edits.Apply(stored.Json.Span));

    private static byte[] StatusWith(ConditionValue condition, DateTimeOffset now) =>
        [.. "{\"conditions\":["u8, .. Write(condition, now, null), .. "]}"u8];

    private static void Replace(ReadOnlySpan<byte> json, Span element, ConditionValue condition, DateTimeOffset now, JsonEdits edits)
    {
        string? status = JsonMembers.Text(json, element, "status"u8);
        if (status == condition.Status
            && (JsonMembers.Text(json, element, "reason"u8) ?? "") == condition.Reason
            && (JsonMembers.Text(json, element, "message"u8) ?? "") == condition.Message)
        {
            return;
        }

        string? since = status == condition.Status ? JsonMembers.Text(json, element, "lastTransitionTime"u8) : null;
        edits.Replace(element, Write(condition, now, since));
    }

    private static byte[] Write(ConditionValue condition, DateTimeOffset now, string? since) => JsonSerializer.SerializeToUtf8Bytes(
        new WrittenCondition(
            condition.Type,
            condition.Status,
            condition.Reason.Length == 0 ? null : condition.Reason,
            condition.Message.Length == 0 ? null : condition.Message,
            since ?? Timestamps.Seconds(now)),
        ConditionJson.Default.WrittenCondition);
}

/// <summary>Kubernetes' spelling of times.</summary>
internal static class Timestamps
{
    /// <summary><c>metav1.Time</c>: RFC 3339 in UTC, whole seconds.</summary>
    public static string Seconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time
            : null;
}

internal sealed record WrittenCondition(string Type, string Status, string? Reason, string? Message, string LastTransitionTime);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WrittenCondition))]
internal sealed partial class ConditionJson : JsonSerializerContext;
