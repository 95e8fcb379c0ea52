using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

internal static class EventKinds
{
    public static ResourceKind Core() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Event",
        Plural = "events",
        Namespaced = true,
        ClrType = typeof(Corev1Event),
        ShortNames = ["ev"],
        CreatesOnUpdate = true,
        SelectableFields =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
        Columns =
        [
            Column.Timed("Last Seen", "Time since it was last observed.", (o, time) => HumanDuration.Since(LastSeen(o), time)),
            Column.Text("Type", "Normal or Warning.", o => o.Text("type")),
            Column.Text("Reason", "Why, in one word.", o => o.Text("reason")),
            Column.Text("Object", "What it is about.", Subject),
            Column.Text("Subobject", "Which part of it.", o => o.Child("involvedObject").Text("fieldPath"), Column.Wide),
            Column.Text("Source", "Who observed it.", Source, Column.Wide),
            Column.Text("Message", "What happened.", o => o.Text("message")?.Trim()),
            Column.Timed("First Seen", "Time since it was first observed.", (o, time) => HumanDuration.Since(FirstSeen(o), time), Column.Wide),
            Column.Number("Count", "How often it was observed.", Count, Column.Wide),
            Column.Text("Name", "Name of the event.", o => o.Child("metadata").Text("name"), Column.Wide),
        ],
        Rules = new EventRules(),
    };

    private static DateTimeOffset? LastSeen(JsonObject ev) =>
        ev.Child("series").Time("lastObservedTime") ?? ev.Time("lastTimestamp") ?? FirstSeen(ev);

    private static DateTimeOffset? FirstSeen(JsonObject ev) => ev.Time("firstTimestamp") ?? ev.Time("eventTime");

    private static long? Count(JsonObject ev) => ev.Child("series").Integer("count") ?? ev.Integer("count") ?? 1;

    private static string? Subject(JsonObject ev)
    {
        JsonObject? subject = ev.Child("involvedObject");
        string? kind = subject.Text("kind")?.ToLowerInvariant();
        return subject.Text("name") is { Length: > 0 } name ? $"{kind}/{name}" : kind;
    }

    private static string? Source(JsonObject ev)
    {
        JsonObject? source = ev.Child("source");
        string? component = source.Text("component") is { Length: > 0 } text ? text : ev.Text("reportingComponent");
        return source.Text("host") is { Length: > 0 } host ? $"{component}, {host}" : component;
    }
}
