using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>What becomes of a bootstrap role or binding that is there already: what is missing is added, what administrators added stays.</summary>
public static class PolicyRepair
{
    /// <summary>The object as it should be; null where it is that already, or where its owner does not want it touched.</summary>
    /// <param name="present">The stored object.</param>
    /// <param name="wanted">As <see cref="BootstrapPolicy"/> has it.</param>
    public static JsonObject? Repair(JsonObject present, JsonObject wanted)
    {
        if (present.Child("metadata", "annotations").Text(BootstrapPolicy.AutoUpdate) == "false")
        {
            return null;
        }

        var repaired = (JsonObject)present.DeepClone();
        repaired.Child("metadata")?.Remove("resourceVersion");
        var metadata = repaired.ObjectOrNew("metadata")!;
        Merge(metadata.ObjectOrNew("labels"), wanted.Child("metadata", "labels"));
        Merge(metadata.ObjectOrNew("annotations"), wanted.Child("metadata", "annotations"));
        if (wanted.Child("aggregationRule") is { } aggregation)
        {
            // The rules are the controller's.
            repaired["aggregationRule"] ??= aggregation.DeepClone();
        }
        else if (wanted["rules"] is JsonArray rules)
        {
            AddRules(repaired, rules);
        }

        AddSubjects(repaired, wanted);
        var before = (JsonObject)present.DeepClone();
        before.Child("metadata")?.Remove("resourceVersion");
        return JsonNode.DeepEquals(before, repaired) ? null : repaired;
    }

    private static void Merge(JsonObject? into, JsonObject? from)
    {
        foreach (var (key, value) in from ?? [])
        {
            if (into is not null && into[key] is null)
            {
                into[key] = value?.DeepClone();
            }
        }
    }

    private static void AddRules(JsonObject repaired, JsonArray wanted)
    {
        PolicyRule[] held = [.. repaired.Items("rules").Select(r => PolicyRule.Read(r.Item))];
        var missing = RuleCover.Missing(held, wanted.OfType<JsonObject>().Select(PolicyRule.Read));
        if (missing.Count == 0)
        {
            return;
        }

        if (repaired["rules"] is not JsonArray rules)
        {
            repaired["rules"] = rules = [];
        }

        foreach (var rule in missing)
        {
            rules.Add(rule.ToJson());
        }
    }

    private static void AddSubjects(JsonObject repaired, JsonObject wanted)
    {
        foreach (var (subject, _) in wanted.Items("subjects"))
        {
            if (!repaired.Items("subjects").Any(s => s.Item.Text("kind") == subject.Text("kind") && s.Item.Text("name") == subject.Text("name")))
            {
                if (repaired["subjects"] is not JsonArray subjects)
                {
                    repaired["subjects"] = subjects = [];
                }

                subjects.Add(subject.DeepClone());
            }
        }
    }
}
