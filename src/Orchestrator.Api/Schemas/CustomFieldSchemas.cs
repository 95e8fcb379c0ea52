using k8s.Models;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Api.Schemas;

/// <summary>Field schemas of custom kinds, from the JSON schemas of their definitions.</summary>
internal sealed class CustomFieldSchemas(FieldSchemas types)
{
    /// <param name="root">Schema of the kind; its metadata is every kind's.</param>
    /// <param name="typeName">Name of the kind's type in OpenAPI.</param>
    public FieldSchema Of(JsonSchema root, string typeName) => Of(root, typeName, isResource: true);

    private FieldSchema Of(JsonSchema schema, string typeName, bool isResource)
    {
        var keepsUnknown = schema.PreservesUnknown || schema.AllowsAdditional;
        switch (schema.Type)
        {
            case "object" when isResource || schema.Properties.Count > 0 || (schema.AdditionalProperties is null && !keepsUnknown):
                var fields = new FieldSchema(FieldForm.Object, typeName) { KeepsUnknown = keepsUnknown, Source = schema };
                fields.Complete(Properties(schema, typeName, isResource));
                return fields;
            case "object" when schema.AdditionalProperties is { } value:
                return new FieldSchema(FieldForm.Map, typeName) { Element = Of(value, typeName, value.IsEmbedded), Source = schema };
            case "array" when schema.Items is { } item:
                return new FieldSchema(FieldForm.Array, typeName) { Element = Of(item, typeName, item.IsEmbedded), Source = schema };
            default:
                return new FieldSchema(Scalar(schema), typeName) { Source = schema };
        }
    }

    private IEnumerable<FieldProperty> Properties(JsonSchema schema, string typeName, bool isResource)
    {
        foreach (var (name, property) in schema.Properties)
        {
            if (!isResource || name is not ("apiVersion" or "kind" or "metadata"))
            {
                yield return Property(name, property, Of(property, $"{typeName}.{name}", property.IsEmbedded));
            }
        }

        if (isResource)
        {
            yield return new FieldProperty("apiVersion", types.Of(typeof(string)), null);
            yield return new FieldProperty("kind", types.Of(typeof(string)), null);
            yield return new FieldProperty("metadata", types.Of(typeof(V1ObjectMeta)), null);
        }
    }

    private static FieldProperty Property(string name, JsonSchema schema, FieldSchema fields) => new(name, fields, MergeKey: null)
    {
        ListType = schema.ListType,
        ListMapKeys = schema.ListMapKeys,
        IsAtomicMap = schema.IsAtomicMap ? true : null,
        Default = schema.Default,
    };

    private static FieldForm Scalar(JsonSchema schema) => schema switch
    {
        { IsIntOrString: true } => FieldForm.IntOrString,
        { Type: "string", Format: "date-time" } => FieldForm.Time,
        { Type: "string", Format: "byte" } => FieldForm.Bytes,
        { Type: "string" } => FieldForm.String,
        { Type: "integer" } => FieldForm.Integer,
        { Type: "number" } => FieldForm.Number,
        { Type: "boolean" } => FieldForm.Boolean,
        _ => FieldForm.Any,
    };
}
