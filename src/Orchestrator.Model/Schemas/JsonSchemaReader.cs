using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Schemas;

/// <summary>Reads <see cref="JsonSchema"/>s from JSON. Tolerant: what is of a wrong type reads as absent, since definitions are validated elsewhere.</summary>
public static class JsonSchemaReader
{
    /// <summary>Deeper schemas are cut off; definitions that are so deep are refused.</summary>
    public const int MaxDepth = 100;

    public static JsonSchema Read(JsonObject source) => Read(source, 0);

    private static JsonSchema Read(JsonObject source, int depth)
    {
        var hasDefault = source.TryGetPropertyValue("default", out var value);
        return new JsonSchema
        {
            Source = source,
            Type = source.Text("type") ?? "",
            Format = source.Text("format") ?? "",
            Description = source.Text("description") ?? "",
            HasDefault = hasDefault,
            Default = value,
            Nullable = source.Flag("nullable") == true,
            Properties = Properties(source.Child("properties"), depth),
            AdditionalProperties = Nested(source.Child("additionalProperties"), depth),
            AllowsAdditional = source.Flag("additionalProperties") == true,
            Items = Nested(source.Child("items"), depth),
            PreservesUnknown = source.Flag("x-kubernetes-preserve-unknown-fields") == true,
            IsEmbedded = source.Flag("x-kubernetes-embedded-resource") == true,
            IsIntOrString = source.Flag("x-kubernetes-int-or-string") == true,
            ListType = source.Text("x-kubernetes-list-type") switch
            {
                "set" => ListType.Set,
                "map" => ListType.Map,
                "atomic" => ListType.Atomic,
                _ => null,
            },
            ListMapKeys = [.. source.Texts("x-kubernetes-list-map-keys")],
            IsAtomicMap = source.Text("x-kubernetes-map-type") == "atomic",
            Rules = [.. source.Items("x-kubernetes-validations").Select(r => Rule(r.Item))],
            Minimum = source["minimum"].AsNumber(),
            ExclusiveMinimum = source.Flag("exclusiveMinimum") == true,
            Maximum = source["maximum"].AsNumber(),
            ExclusiveMaximum = source.Flag("exclusiveMaximum") == true,
            MultipleOf = source["multipleOf"].AsNumber(),
            MinLength = source.Integer("minLength"),
            MaxLength = source.Integer("maxLength"),
            MinItems = source.Integer("minItems"),
            MaxItems = source.Integer("maxItems"),
            MinProperties = source.Integer("minProperties"),
            MaxProperties = source.Integer("maxProperties"),
            UniqueItems = source.Flag("uniqueItems") == true,
            Pattern = source.Text("pattern") is { Length: > 0 } pattern && GoPattern.TryCompile(pattern, out _) is { } regex ? (pattern, regex) : null,
            Enum = source.Array("enum") is { } values ? [.. values] : [],
            Required = [.. source.Texts("required")],
            AllOf = All(source, "allOf", depth),
            AnyOf = All(source, "anyOf", depth),
            OneOf = All(source, "oneOf", depth),
            Not = Nested(source.Child("not"), depth),
        };
    }

    private static JsonSchema? Nested(JsonObject? source, int depth) => source is null || depth >= MaxDepth ? null : Read(source, depth + 1);

    private static JsonSchema[] All(JsonObject source, string name, int depth) =>
        [.. source.Items(name).Select(i => Nested(i.Item, depth)).OfType<JsonSchema>()];

    private static FrozenDictionary<string, JsonSchema> Properties(JsonObject? source, int depth)
    {
        if (source is null || depth >= MaxDepth)
        {
            return FrozenDictionary<string, JsonSchema>.Empty;
        }

        return source.Where(p => p.Value is JsonObject)
            .ToFrozenDictionary(p => p.Key, p => Read((JsonObject)p.Value!, depth + 1), StringComparer.Ordinal);
    }

    private static SchemaRule Rule(JsonObject rule) => new(
        rule.Text("rule") ?? "",
        rule.Text("message") ?? "",
        rule.Text("messageExpression") ?? "",
        rule.Text("reason") ?? "",
        rule.Text("fieldPath") ?? "",
        rule.Flag("optionalOldSelf") == true);
}
