using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Kinds.BuiltIn;

/// <summary>Names of the members in which core/v1 Events and events.k8s.io/v1 Events differ. Everything else is called alike in both.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Message">What happened.</param>
/// <param name="Reporter">Who observed it.</param>
/// <param name="Source">Who observed it, in the older style.</param>
/// <param name="First">When it was first observed, in the older style.</param>
/// <param name="Last">When it was last observed, in the older style.</param>
/// <param name="Count">How often it was observed, in the older style.</param>
internal sealed record EventFields(string Subject, string Message, string Reporter, string Source, string First, string Last, string Count)
{
    public static readonly EventFields Core =
        new("involvedObject", "message", "reportingComponent", "source", "firstTimestamp", "lastTimestamp", "count");

    public static readonly EventFields New =
        new("regarding", "note", "reportingController", "deprecatedSource", "deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedCount");

    public IReadOnlyList<string> All => [Subject, Message, Reporter, Source, First, Last, Count];
}

/// <summary>events.k8s.io/v1 Events are core/v1 Events under other names; they are stored as the latter.</summary>
internal sealed class EventConversion : IVersionConversion
{
    public static readonly EventConversion Instance = new();

    public JsonObject FromStored(JsonObject stored) => Rename(stored, EventFields.Core, EventFields.New, "events.k8s.io/v1");

    public JsonObject ToStored(JsonObject served) => Rename((JsonObject)served.DeepClone(), EventFields.New, EventFields.Core, "v1");

    public string StoredField(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        string member = dot < 0 ? path : path[..dot];
        int known = EventFields.New.All.ToList().IndexOf(member);
        return known < 0 ? path : EventFields.Core.All[known] + (dot < 0 ? "" : path[dot..]);
    }

    private static JsonObject Rename(JsonObject obj, EventFields from, EventFields to, string apiVersion)
    {
        if (obj.Text("apiVersion") == apiVersion)
        {
            return obj;
        }

        obj["apiVersion"] = apiVersion;
        foreach ((string old, string name) in from.All.Zip(to.All))
        {
            if (obj.TryGetPropertyValue(old, out JsonNode? value))
            {
                obj.Remove(old);
                obj[name] = value;
            }
        }

        return obj;
    }
}
