using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Api.Schemas;

/// <summary>What a field's JSON may be.</summary>
internal enum FieldForm
{
    Object,

    /// <summary>An object with free names and values of one schema.</summary>
    Map,
    Array,
    String,
    Integer,
    Number,
    Boolean,

    /// <summary>RFC 3339.</summary>
    Time,

    /// <summary>Base64.</summary>
    Bytes,

    /// <summary>A string, or a number.</summary>
    Quantity,
    IntOrString,

    /// <summary>Anything: not looked into.</summary>
    Any,
}

/// <summary>The shape of one type of the API, as its CLR type or the JSON schema of a custom kind declares it. Schemas of recursive types refer to themselves.</summary>
internal sealed class FieldSchema(FieldForm form, string typeName)
{
    private static readonly FrozenDictionary<string, FieldProperty> NoProperties = FrozenDictionary<string, FieldProperty>.Empty;

    public FieldForm Form { get; } = form;

    /// <summary>Name of the CLR type, or a name made of kind and path, unique among the kinds served; the name of the OpenAPI component of objects.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>Of objects. Set once, after construction, because a type may contain itself.</summary>
    public FrozenDictionary<string, FieldProperty> Properties { get; private set; } = NoProperties;

    /// <summary>Of maps and arrays.</summary>
    public FieldSchema? Element { get; init; }

    /// <summary>Of objects: a value is one whole wherever the type is used, not one per member, unless the field says otherwise.</summary>
    public bool IsAtomic { get; init; }

    /// <summary>Of objects: members that are not named are kept and not looked into, instead of being unknown.</summary>
    public bool KeepsUnknown { get; init; }

    /// <summary>The JSON schema that this was made of; null for CLR types.</summary>
    public JsonSchema? Source { get; init; }

    internal void Complete(IEnumerable<FieldProperty> properties) =>
        Properties = properties.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);
}

/// <param name="Name">JSON name.</param>
/// <param name="Schema">Schema of the value.</param>
/// <param name="MergeKey">For strategic merges: the member that identifies elements of a list; empty for sets of scalars; null for values that are replaced whole.</param>
internal sealed record FieldProperty(string Name, FieldSchema Schema, string? MergeKey)
{
    /// <summary>Of arrays: how their elements are told apart; null where nothing is declared, which means atomic.</summary>
    public ListType? ListType { get; init; }

    /// <summary>Of arrays of type map: the members that identify an element.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>Of objects and maps: one value, not one per member (<c>x-kubernetes-map-type: atomic</c>); null where that is left to the type.</summary>
    public bool? IsAtomicMap { get; init; }

    /// <summary>Of strategic merges: patches made by clients list the members that stay (<c>x-kubernetes-patch-strategy: retainKeys</c>).</summary>
    public bool RetainsKeys { get; init; }

    /// <summary>Of strategic merges: a patch takes the object's place (<c>x-kubernetes-patch-strategy: replace</c>).</summary>
    public bool ReplacedByPatches { get; init; }

    /// <summary>What an absent value means, where the field is a key of a list: elements are told apart by it.</summary>
    public JsonNode? Default { get; init; }
}
