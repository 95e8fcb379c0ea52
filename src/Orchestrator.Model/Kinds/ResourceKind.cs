using System.Text.Json.Nodes;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.Model.Kinds;

/// <summary>
/// Everything the system knows about one kind. Adding a kind to the API is constructing one of these
/// and putting it into the <see cref="KindRegistry"/>; no other code names kinds one by one.
/// </summary>
public sealed record ResourceKind
{
    /// <summary>The verbs of objects that are stored.</summary>
    public static readonly IReadOnlyList<string> ObjectVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>API group; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>Served version, such as <c>v1</c>.</summary>
    public required string Version { get; init; }

    public required string Kind { get; init; }

    /// <summary>Lower-case plural used in paths.</summary>
    public required string Plural { get; init; }

    public required bool Namespaced { get; init; }

    /// <summary>Typed view of the kind, from KubernetesClient's <c>k8s.Models</c> or a record of our own; null for custom kinds, which have a <see cref="Schema"/>.</summary>
    public Type? ClrType { get; init; }

    /// <summary>Lower-case singular, which kubectl takes as well as the plural.</summary>
    public string Singular
    {
        get => field ?? Kind.ToLowerInvariant();
        init;
    }

    public string ListKind
    {
        get => field ?? Kind + "List";
        init;
    }

    /// <summary>Shape of a custom kind, from its definition; null for built-in kinds, whose shape is <see cref="ClrType"/>.</summary>
    public JsonSchema? Schema { get; init; }

    /// <summary>True for kinds that a CustomResourceDefinition brought.</summary>
    public bool IsCustom => Schema is not null;

    /// <summary>Version that objects are stored in, where the kind is served in several; objects differ between versions in their apiVersion alone.</summary>
    public string StorageVersion
    {
        get => field ?? Version;
        init;
    }

    /// <summary>Between this version and the stored one, where they differ in more than apiVersion; null where they do not.</summary>
    public IVersionConversion? Conversion { get; init; }

    /// <summary>apiVersion of stored objects.</summary>
    public string StorageApiVersion => Group.Length == 0 ? StorageVersion : $"{Group}/{StorageVersion}";

    /// <summary>Where <c>/scale</c> reads and writes; null for kinds that cannot be scaled.</summary>
    public ScalePaths? Scale { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>True where <c>/status</c> is a subresource: then <c>status</c> is ignored on the main resource and the rest is ignored there.</summary>
    public bool HasStatus { get; init; }

    /// <summary>True where metadata.generation counts changes of <c>spec</c>.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>
    /// True where a create keeps the <c>status</c> that it carries although <see cref="HasStatus"/> (Nodes: agents register with it).
    /// Elsewhere <c>status</c> is dropped on create, and <see cref="IKindRules.Default"/> fills in the initial one.
    /// </summary>
    public bool CreatesWithStatus { get; init; }

    /// <summary>True where an update of an object that does not exist creates it (Kubernetes' AllowCreateOnUpdate); elsewhere it is answered 404.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>Verbs that it serves, in alphabetical order: all of objects that are stored; <c>create</c> alone where a request is answered and nothing kept (reviews).</summary>
    public IReadOnlyList<string> Verbs { get; init; } = ObjectVerbs;

    /// <summary>What names the kind's objects may have.</summary>
    public NameFormat NameFormat { get; init; } = NameFormat.DnsSubdomain;

    /// <summary>How objects of the kind end.</summary>
    public IDeletionRules Deletion { get; init; } = ImmediateDeletion.Instance;

    /// <summary>Field selectors beyond metadata.name and metadata.namespace, as dotted paths: <c>spec.nodeName</c>.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>Columns of server-side tables, without Name (first) and Age (last), except where a column says so itself: the API adds those two only where no column has their name.</summary>
    public IReadOnlyList<TableColumn> Columns { get; init; } = [];

    /// <summary>False where tables end without Age, as users know the kind: Roles show when they were made instead.</summary>
    public bool ShowsAge { get; init; } = true;

    /// <summary>Defaulting and validation of this kind.</summary>
    public IKindRules Rules { get; init; } = NoRules.Instance;

    /// <summary><c>v1</c> or <c>group/version</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Plural and group, as errors name the kind: <c>pods</c>, <c>leases.coordination.k8s.io</c>.</summary>
    public string QualifiedName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>Name under which objects of the kind are stored: its own, or that of the kind whose objects it shows in another form.</summary>
    public string StorageName
    {
        get => field ?? QualifiedName;
        init;
    }
}

/// <summary>What <c>autoscaling/v1 Scale</c> shows of a kind, as dotted paths from the object: <c>spec.replicas</c>.</summary>
/// <param name="SpecReplicas">Wanted replicas.</param>
/// <param name="StatusReplicas">Observed replicas.</param>
/// <param name="LabelSelector">The selector of the scaled pods, as text; null where the kind has none.</param>
public sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);

/// <summary>
/// One column of a server-side table (<c>meta.k8s.io/v1 Table</c>).
/// </summary>
/// <param name="Name">Heading.</param>
/// <param name="Type">OpenAPI type: string, integer, number, boolean, date.</param>
/// <param name="Description">For <c>kubectl explain</c>-like readers.</param>
/// <param name="Priority">0 is always shown, 1 with <c>-o wide</c>.</param>
/// <param name="Value">The cell of an object: a string, number, boolean or null. Must not throw on a malformed object.</param>
public sealed record TableColumn(string Name, string Type, string Description, int Priority, Func<JsonObject, TimeProvider, JsonNode?> Value);

/// <summary>Defaulting and validation of one kind. Implementations are stateless.</summary>
public interface IKindRules
{
    /// <summary>Fills the fields that the writer left out, as Kubernetes does; called on create and update before <see cref="Validate"/>.</summary>
    void Default(JsonObject obj);

    /// <summary>
    /// All that is wrong with <paramref name="obj"/> (kind-specific; metadata is checked generically). Never mutates, never stops at the first error.
    /// </summary>
    /// <param name="obj">The object as it would be stored.</param>
    /// <param name="old">The stored object on update, null on create.</param>
    /// <param name="errors">Receives the errors.</param>
    void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors);

    /// <summary>
    /// What the writer should know though it is no error: fields that are accepted but have no effect yet. Sent as <c>Warning</c> headers, which kubectl prints.
    /// </summary>
    void Warn(JsonObject obj, ICollection<string> warnings)
    {
    }
}

/// <summary>Rules of a kind that has none beyond its metadata.</summary>
public sealed class NoRules : IKindRules
{
    public static readonly NoRules Instance = new();

    public void Default(JsonObject obj)
    {
    }

    public void Validate(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
    }
}
