using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Model.CustomResources;

/// <summary>
/// Decides which names a CustomResourceDefinition gets: those that it asks for, unless another definition of its group or a built-in kind has them
/// already. Once established, it stays so with the names that it has.
/// </summary>
public static class DefinitionStatus
{
    private static readonly string[] Members = ["plural", "singular", "shortNames", "kind", "listKind"];

    public static bool Is(JsonObject definition, string condition) =>
        definition.Child("status").Items("conditions").Any(c => c.Item.Text("type") == condition && c.Item.Text("status") == "True");

    /// <summary>Writes accepted names and conditions into the definition; false where nothing changes.</summary>
    /// <param name="definition">To be changed.</param>
    /// <param name="others">The other definitions, as they are.</param>
    /// <param name="builtIn">Built-in kinds.</param>
    /// <param name="now">RFC 3339.</param>
    public static bool Update(JsonObject definition, IEnumerable<JsonObject> others, IEnumerable<ResourceKind> builtIn, string now)
    {
        var before = definition["status"]?.DeepClone();
        var spec = definition.Child("spec");
        var (resources, kinds) = Taken(spec.Text("group") ?? "", others, builtIn);
        var wanted = spec.Child("names") ?? [];
        var status = definition.ObjectOrNew("status")!;
        var accepted = (JsonObject)wanted.DeepClone();
        string? reason = null, message = null;
        foreach (var member in Members)
        {
            var taken = Values(wanted, member).FirstOrDefault(member is "kind" or "listKind" ? kinds.Contains : resources.Contains);
            if (taken is not null)
            {
                reason = $"{char.ToUpperInvariant(member[0])}{member[1..]}Conflict";
                message = $"\"{taken}\" is already in use";
                KeepOld(accepted, status.Child("acceptedNames"), member);
            }
        }

        status["acceptedNames"] = accepted;
        SetCondition(status, "NamesAccepted", reason is null, reason ?? "NoConflicts", message ?? "no conflicts found", now);
        if (reason is null)
        {
            SetCondition(status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", now);
        }
        else if (!Is(definition, "Established"))
        {
            SetCondition(status, "Established", false, "NotAccepted", "not all names are accepted", now);
        }

        return !JsonNode.DeepEquals(before, status);
    }

    /// <summary>Makes the condition hold; its time changes with its status alone.</summary>
    internal static void SetCondition(JsonObject status, string type, bool holds, string reason, string message, string now)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        var condition = status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
        {
            conditions.Add(condition = new JsonObject { ["lastTransitionTime"] = now, ["type"] = type });
        }

        var text = holds ? "True" : "False";
        if (condition.Text("status") != text)
        {
            condition["status"] = text;
            condition["lastTransitionTime"] = now;
        }

        condition["reason"] = reason;
        condition["message"] = message;
    }

    private static (HashSet<string> Resources, HashSet<string> Kinds) Taken(string group, IEnumerable<JsonObject> others, IEnumerable<ResourceKind> builtIn)
    {
        var resources = new HashSet<string>(StringComparer.Ordinal);
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var names in others.Where(o => o.Child("spec").Text("group") == group).Select(o => o.Child("status", "acceptedNames") ?? []))
        {
            resources.UnionWith([.. Values(names, "plural"), .. Values(names, "singular"), .. Values(names, "shortNames")]);
            kinds.UnionWith([.. Values(names, "kind"), .. Values(names, "listKind")]);
        }

        foreach (var kind in builtIn.Where(k => k.Group == group))
        {
            resources.UnionWith([kind.Plural, kind.Singular, .. kind.ShortNames]);
            kinds.UnionWith([kind.Kind, kind.ListKind]);
        }

        return (resources, kinds);
    }

    private static IEnumerable<string> Values(JsonObject names, string member) =>
        (names[member] is JsonArray ? names.Texts(member) : [names.Text(member) ?? ""]).Where(v => v.Length > 0);

    private static void KeepOld(JsonObject accepted, JsonObject? old, string member)
    {
        if (old?[member] is { } value)
        {
            accepted[member] = value.DeepClone();
        }
        else if (member is "plural" or "kind")
        {
            accepted[member] = "";
        }
        else
        {
            accepted.Remove(member);
        }
    }
}
