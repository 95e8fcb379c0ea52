using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Ownership;

/// <summary>Who writes: what tells managers of one object apart.</summary>
/// <param name="Name">Name that the client gave, or the first word of its user agent.</param>
/// <param name="Operation">Apply or Update.</param>
/// <param name="ApiVersion">Of updates; empty for appliers, who stay the same when they go on to another version.</param>
/// <param name="Subresource">Empty for the object itself.</param>
internal readonly record struct FieldOwner(string Name, string Operation, string ApiVersion, string Subresource)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public bool IsApplier => Operation == Apply;

    public static FieldOwner Applier(string name, string subresource) => new(name, Apply, "", subresource);

    public static FieldOwner Updater(string name, string apiVersion, string subresource) => new(name, Update, apiVersion, subresource);
}

/// <param name="Fields">What the manager owns.</param>
/// <param name="ApiVersion">The version that the manager wrote in.</param>
/// <param name="Time">RFC 3339; null where it is not known.</param>
internal sealed record ManagedEntry(FieldSet Fields, string ApiVersion, string? Time);

/// <summary>The owners of an object's fields (<c>metadata.managedFields</c>).</summary>
internal sealed class ManagedFields
{
    private const int MaxUpdaters = 10;
    private const string OldUpdaters = "ancient-changes";
    private const string FieldsType = "FieldsV1";

    public Dictionary<FieldOwner, ManagedEntry> Entries { get; } = [];

    /// <summary>Null where the JSON is not that of managed fields.</summary>
    public static ManagedFields? Read(JsonNode? json)
    {
        var read = new ManagedFields();
        if (json is null)
        {
            return read;
        }

        if (json is not JsonArray entries)
        {
            return null;
        }

        foreach (var node in entries)
        {
            if (node is not JsonObject entry
                || entry.Text("operation") is not (FieldOwner.Apply or FieldOwner.Update) || entry.Text("apiVersion") is not { Length: > 0 } apiVersion
                || entry.Text("fieldsType") is not FieldsType || FieldsV1.Read(entry.Child("fieldsV1") ?? []) is not { } fields)
            {
                return null;
            }

            var operation = entry.Text("operation")!;
            var manager = new FieldOwner(
                entry.Text("manager") ?? "", operation, operation == FieldOwner.Apply ? "" : apiVersion, entry.Text("subresource") ?? "");
            read.Entries[manager] = new ManagedEntry(fields, apiVersion, entry.Text("time"));
        }

        return read;
    }

    /// <summary>True for what clients send to give all ownership up: an empty list, or one empty entry.</summary>
    public static bool IsReset(JsonNode? json) => json is JsonArray { Count: 0 } or JsonArray { Count: 1 } and [JsonObject { Count: 0 }];

    /// <summary>The JSON, null where nobody owns anything; appliers first, then by time, as Kubernetes sorts them.</summary>
    public JsonArray? Write()
    {
        if (Entries.Count == 0)
        {
            return null;
        }

        var json = new JsonArray();
        var sorted = Entries.Count == 1 ? Entries : Entries
            .OrderBy(e => e.Key.Operation, StringComparer.Ordinal).ThenBy(e => e.Value.Time ?? "", StringComparer.Ordinal)
            .ThenBy(e => e.Key.Name, StringComparer.Ordinal).ThenBy(e => e.Value.ApiVersion, StringComparer.Ordinal)
            .ThenBy(e => e.Key.Subresource, StringComparer.Ordinal).AsEnumerable();
        foreach (var (manager, entry) in sorted)
        {
            json.Add((JsonNode)Write(manager, entry));
        }

        return json;
    }

    /// <summary>Keeps the updaters at a number that the object can bear: the oldest become one. Appliers are never joined, since each prunes what it owns.</summary>
    public void JoinOldUpdaters()
    {
        var updaters = Entries.Where(e => !e.Key.IsApplier).OrderBy(e => e.Value.Time ?? "", StringComparer.Ordinal)
            .ThenBy(e => e.Key.Name, StringComparer.Ordinal).Select(e => e.Key).ToList();
        var excess = updaters.Count - MaxUpdaters;
        var first = new Dictionary<string, FieldOwner>(StringComparer.Ordinal);
        foreach (var manager in updaters)
        {
            if (excess <= 0)
            {
                return;
            }

            if (!first.TryGetValue(manager.ApiVersion, out var known))
            {
                first[manager.ApiVersion] = manager;
                continue;
            }

            var joined = FieldOwner.Updater(OldUpdaters, manager.ApiVersion, "");
            var fields = Take(known).Union(Entries.GetValueOrDefault(joined)?.Fields ?? FieldSet.Empty);
            var entry = Entries[manager];
            Entries.Remove(manager);
            Entries[joined] = entry with { Fields = fields.Union(entry.Fields) };
            excess--;
        }
    }

    private FieldSet Take(FieldOwner manager) => Entries.Remove(manager, out var entry) ? entry.Fields : FieldSet.Empty;

    private static JsonObject Write(FieldOwner manager, ManagedEntry entry)
    {
        var json = new JsonObject
        {
            ["manager"] = manager.Name,
            ["operation"] = manager.Operation,
            ["apiVersion"] = entry.ApiVersion,
        };
        if (entry.Time is { } time)
        {
            json["time"] = time;
        }

        json["fieldsType"] = FieldsType;
        json["fieldsV1"] = FieldsV1.Write(entry.Fields);
        if (manager.Subresource.Length > 0)
        {
            json["subresource"] = manager.Subresource;
        }

        return json;
    }
}
