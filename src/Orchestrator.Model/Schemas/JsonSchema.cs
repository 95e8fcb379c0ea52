using System.Collections.Frozen;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Model.Schemas;

/// <summary>
/// One node of the schema of a custom kind: OpenAPI 3 as <c>apiextensions.k8s.io/v1 JSONSchemaProps</c> has it. Immutable; read by
/// <see cref="JsonSchemaReader"/>, which reads what is malformed as absent.
/// </summary>
public sealed record JsonSchema
{
    /// <summary>object, array, string, integer, number, boolean; empty for int-or-string, for anything, and within value validations.</summary>
    public string Type { get; init; } = "";

    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>True where a default is given, be it null.</summary>
    public bool HasDefault { get; init; }

    public JsonNode? Default { get; init; }

    public bool Nullable { get; init; }

    public FrozenDictionary<string, JsonSchema> Properties { get; init; } = FrozenDictionary<string, JsonSchema>.Empty;

    /// <summary>Schema of the members that are not named; null where there are none, or any.</summary>
    public JsonSchema? AdditionalProperties { get; init; }

    /// <summary><c>additionalProperties: true</c>.</summary>
    public bool AllowsAdditional { get; init; }

    public JsonSchema? Items { get; init; }

    /// <summary><c>x-kubernetes-preserve-unknown-fields</c>: members that are not named are kept.</summary>
    public bool PreservesUnknown { get; init; }

    /// <summary><c>x-kubernetes-embedded-resource</c>: has apiVersion, kind and metadata of its own.</summary>
    public bool IsEmbedded { get; init; }

    public bool IsIntOrString { get; init; }

    /// <summary>Null where it is left open, which means atomic.</summary>
    public ListType? ListType { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary><c>x-kubernetes-map-type: atomic</c>: the object is one value.</summary>
    public bool IsAtomicMap { get; init; }

    /// <summary><c>x-kubernetes-validations</c>.</summary>
    public IReadOnlyList<SchemaRule> Rules { get; init; } = [];

    public double? Minimum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public long? MinItems { get; init; }

    public long? MaxItems { get; init; }

    public long? MinProperties { get; init; }

    public long? MaxProperties { get; init; }

    public bool UniqueItems { get; init; }

    /// <summary>The pattern as written, and compiled; null for none.</summary>
    public (string Text, Regex Regex)? Pattern { get; init; }

    /// <summary>Allowed values; empty for any.</summary>
    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<JsonSchema> AllOf { get; init; } = [];

    public IReadOnlyList<JsonSchema> AnyOf { get; init; } = [];

    public IReadOnlyList<JsonSchema> OneOf { get; init; } = [];

    public JsonSchema? Not { get; init; }

    /// <summary>The schema as its author wrote it, which is what OpenAPI documents show. Not to be changed.</summary>
    public required JsonObject Source { get; init; }
}

/// <summary>One rule of <c>x-kubernetes-validations</c>, in the Common Expression Language.</summary>
/// <param name="Expression">Must give true; <c>self</c> is the value, <c>oldSelf</c> the one before the update.</param>
/// <param name="Message">What is wrong where it does not; empty for a text made of the expression.</param>
/// <param name="MessageExpression">Expression that gives the message; empty for none.</param>
/// <param name="Reason">FieldValueInvalid, FieldValueForbidden, FieldValueRequired or FieldValueDuplicate; empty for the first.</param>
/// <param name="FieldPath">Where the fault is, as a path from the value: <c>.spec.x</c>; empty for the value.</param>
/// <param name="OptionalOldSelf">True where the rule is also evaluated without an old value: oldSelf is then an optional.</param>
public sealed record SchemaRule(string Expression, string Message, string MessageExpression, string Reason, string FieldPath, bool OptionalOldSelf);
