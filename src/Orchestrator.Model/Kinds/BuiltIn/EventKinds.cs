using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Events in their two groups: the same objects, with some members under other names.</summary>
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
        ShowsAge = false,
        CreatesOnUpdate = true,
        SelectableFields =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
        Columns = Columns(EventFields.Core),
        Rules = new EventRules(),
    };

    public static ResourceKind New() => new()
    {
        Group = "events.k8s.io",
        Version = "v1",
        Kind = "Event",
        Plural = "events",
        Namespaced = true,
        ClrType = typeof(Eventsv1Event),
        StorageName = "events",
        Conversion = EventConversion.Instance,
        ShortNames = ["ev"],
        ShowsAge = false,
        CreatesOnUpdate = true,
        SelectableFields =
        [
            "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion",
            "regarding.fieldPath", "reason", "reportingController", "type",
        ],
        Columns = Columns(EventFields.New),
        Rules = new NewEventRules(),
    };

    private static IReadOnlyList<TableColumn> Columns(EventFields fields) =>
    [
        Column.Timed("Last Seen", "Time since it was last observed.", (o, time) => HumanDuration.Since(LastSeen(o, fields), time)),
        Column.Text("Type", "Normal or Warning.", o => o.Text("type")),
        Column.Text("Reason", "Why, in one word.", o => o.Text("reason")),
        Column.Text("Object", "What it is about.", o => Subject(o, fields)),
        new TableColumn("Subobject", "string", "Which part of it.", Column.Wide, (o, _) => o.Child(fields.Subject).Text("fieldPath") ?? ""),
        Column.Text("Source", "Who observed it.", o => Source(o, fields), Column.Wide),
        Column.Text("Message", "What happened.", o => o.Text(fields.Message)?.Trim()),
        Column.Timed("First Seen", "Time since it was first observed.", (o, time) => HumanDuration.Since(FirstSeen(o, fields), time), Column.Wide),
        Column.Number("Count", "How often it was observed.", o => o.Child("series").Integer("count") ?? o.Integer(fields.Count) ?? 1, Column.Wide),
        Column.Text("Name", "Name of the event.", o => o.Child("metadata").Text("name"), Column.Wide),
    ];

    private static DateTimeOffset? LastSeen(JsonObject ev, EventFields fields) =>
        ev.Child("series").Time("lastObservedTime") ?? ev.Time(fields.Last) ?? FirstSeen(ev, fields);

    private static DateTimeOffset? FirstSeen(JsonObject ev, EventFields fields) => ev.Time(fields.First) ?? ev.Time("eventTime");

    private static string? Subject(JsonObject ev, EventFields fields)
    {
        JsonObject? subject = ev.Child(fields.Subject);
        string? kind = subject.Text("kind")?.ToLowerInvariant();
        return subject.Text("name") is { Length: > 0 } name ? $"{kind}/{name}" : kind;
    }

    private static string? Source(JsonObject ev, EventFields fields)
    {
        JsonObject? source = ev.Child(fields.Source);
        string? component = source.Text("component") is { Length: > 0 } text ? text : ev.Text(fields.Reporter);
        return source.Text("host") is { Length: > 0 } host ? $"{component}, {host}" : component;
    }
}
