using System.Collections.Frozen;
using System.Text;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.Cel.Types;

/// <summary>
/// How values of a schema look to expressions: their type, and the names of their fields, in which characters that are not of identifiers are escaped
/// (<c>my-name</c> is <c>my__dash__name</c>). Made once for each schema.
/// </summary>
internal sealed class CelShape
{
    private static readonly FrozenSet<string> Keywords = FrozenSet.ToFrozenSet(
        [
            "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
            "namespace", "return", "var", "void", "while",
        ],
        StringComparer.Ordinal);

    private CelShape(JsonSchema schema, bool isRoot)
    {
        Schema = schema;
        IsObject = schema.Type == "object" && schema.AdditionalProperties is null && !schema.AllowsAdditional
            && (schema.Properties.Count > 0 || isRoot || schema.IsEmbedded);
        Properties = schema.Properties.ToFrozenDictionary(p => p.Key, p => new CelShape(p.Value, isRoot: false), StringComparer.Ordinal);
        Fields = IsObject ? FieldsOf(Properties, isRoot || schema.IsEmbedded) : FrozenDictionary<string, (string, CelShape)>.Empty;
        Items = schema.Items is { } items ? new CelShape(items, isRoot: false) : null;
        Values = schema.AdditionalProperties is { } values ? new CelShape(values, isRoot: false) : null;
        Type = TypeOf(schema);
    }

    public JsonSchema Schema { get; }

    /// <summary>True where only the declared fields can be read.</summary>
    public bool IsObject { get; }

    /// <summary>The schema's properties by their names in JSON, whether expressions see them or not.</summary>
    public FrozenDictionary<string, CelShape> Properties { get; }

    /// <summary>Fields by the name that expressions use, with the one in JSON.</summary>
    public FrozenDictionary<string, (string JsonName, CelShape Shape)> Fields { get; }

    /// <summary>Of the elements of an array.</summary>
    public CelShape? Items { get; }

    /// <summary>Of the members of a map.</summary>
    public CelShape? Values { get; }

    public CelType Type { get; }

    /// <param name="schema">The schema.</param>
    /// <param name="isRoot">True for the schema of whole objects: apiVersion, kind, metadata.name and metadata.generateName can be read always.</param>
    public static CelShape Of(JsonSchema schema, bool isRoot) => new(schema, isRoot);

    private static FrozenDictionary<string, (string, CelShape)> FieldsOf(FrozenDictionary<string, CelShape> properties, bool isResource)
    {
        var fields = new Dictionary<string, (string, CelShape)>(StringComparer.Ordinal);
        foreach ((string name, CelShape property) in properties)
        {
            fields[Escape(name)] = (name, property);
        }

        if (isResource)
        {
            fields["apiVersion"] = ("apiVersion", Text);
            fields["kind"] = ("kind", Text);
            fields["metadata"] = ("metadata", Metadata);
        }

        return fields.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static CelShape Text => new(new JsonSchema { Type = "string", Source = [] }, isRoot: false);

    private static CelShape Metadata
    {
        get
        {
            var text = new JsonSchema { Type = "string", Source = [] };
            var properties = new Dictionary<string, JsonSchema>(StringComparer.Ordinal) { ["name"] = text, ["generateName"] = text };
            return new CelShape(
                new JsonSchema { Type = "object", Source = [], Properties = properties.ToFrozenDictionary(StringComparer.Ordinal) }, isRoot: false);
        }
    }

    /// <summary>The name of a field in expressions.</summary>
    public static string Escape(string name)
    {
        if (Keywords.Contains(name))
        {
            return $"__{name}__";
        }

        return new StringBuilder(name)
            .Replace("__", "__underscores__")
            .Replace(".", "__dot__")
            .Replace("-", "__dash__")
            .Replace("/", "__slash__")
            .ToString();
    }

    private CelType TypeOf(JsonSchema schema) => schema.Type switch
    {
        "string" => schema.Format switch
        {
            "date" or "date-time" => CelType.Of(CelKind.Timestamp),
            "duration" => CelType.Of(CelKind.Duration),
            "byte" => CelType.Of(CelKind.Bytes),
            _ => CelType.String,
        },
        "integer" => CelType.Int,
        "number" => CelType.Of(CelKind.Double),
        "boolean" => CelType.Bool,
        "array" => CelType.ListOf(Items?.Type ?? CelType.Dyn),
        "object" when IsObject => new CelType(CelKind.Object, [], this),
        "object" => CelType.MapOf(CelType.String, Values?.Type ?? CelType.Dyn),
        _ => CelType.Dyn,
    };
}
