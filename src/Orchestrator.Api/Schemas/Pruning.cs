using System.Text.Json.Nodes;

namespace Orchestrator.Api.Schemas;

/// <summary>Takes the members out of an object that its schema does not have, as Kubernetes drops what its types do not know.</summary>
internal static class Pruning
{
    public static void Run(JsonNode? node, FieldSchema schema)
    {
        switch (schema.Form)
        {
            case FieldForm.Object when node is JsonObject members:
                PruneMembers(members, schema);
                break;
            case FieldForm.Map when node is JsonObject members:
                foreach (var (_, value) in members)
                {
                    Run(value, schema.Element!);
                }

                break;
            case FieldForm.Array when node is JsonArray items:
                foreach (var item in items)
                {
                    Run(item, schema.Element!);
                }

                break;
        }
    }

    private static void PruneMembers(JsonObject members, FieldSchema schema)
    {
        List<string>? unknown = null;
        foreach (var (name, value) in members)
        {
            if (schema.Properties.TryGetValue(name, out var property))
            {
                Run(value, property.Schema);
            }
            else if (!schema.KeepsUnknown)
            {
                (unknown ??= []).Add(name);
            }
        }

        foreach (var name in unknown ?? [])
        {
            members.Remove(name);
        }
    }
}
