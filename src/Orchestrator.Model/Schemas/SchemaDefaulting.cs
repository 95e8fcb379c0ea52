using System.Text.Json.Nodes;

namespace Orchestrator.Model.Schemas;

/// <summary>
/// Fills in the defaults of a custom kind's schema. Before that, nulls go where the schema does not allow them: a field that is null is then as one
/// that is absent, and gets its default.
/// </summary>
public static class SchemaDefaulting
{
    public static void Run(JsonNode? node, JsonSchema schema)
    {
        switch (node)
        {
            case JsonObject obj:
                DropNulls(obj, schema);
                foreach (var (name, property) in schema.Properties)
                {
                    if (property.HasDefault && !obj.ContainsKey(name))
                    {
                        obj[name] = property.Default?.DeepClone();
                    }
                }

                foreach (var (name, value) in obj)
                {
                    if ((schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties) is { } member)
                    {
                        Run(value, member);
                    }
                }

                break;
            case JsonArray items when schema.Items is { } element:
                foreach (var item in items)
                {
                    Run(item, element);
                }

                break;
        }
    }

    private static void DropNulls(JsonObject obj, JsonSchema schema)
    {
        List<string>? nulls = null;
        foreach (var (name, value) in obj)
        {
            if (value is null && schema.Properties.GetValueOrDefault(name) is { Nullable: false, Type.Length: > 0 })
            {
                (nulls ??= []).Add(name);
            }
        }

        foreach (var name in nulls ?? [])
        {
            obj.Remove(name);
        }
    }
}
