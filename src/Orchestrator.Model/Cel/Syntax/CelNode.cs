using Orchestrator.Model.Cel.Functions;

namespace Orchestrator.Model.Cel.Syntax;

/// <summary>A node of a parsed expression.</summary>
/// <param name="Position">Of the character that the node is reported at.</param>
internal abstract record CelNode(int Position)
{
    /// <summary>Levels of nodes from here down. Bounded by the parser, so that walks of the tree may recurse.</summary>
    public int Depth { get; set; } = 1;
}

/// <summary>A constant.</summary>
internal sealed record CelLiteral(object? Value, int Position) : CelNode(Position);

/// <summary>A variable by its name.</summary>
internal sealed record CelVariable(string Name, int Position) : CelNode(Position);

/// <summary><c>operand.field</c>, <c>operand.?field</c>.</summary>
internal sealed record CelSelect(CelNode Operand, string Field, bool IsOptional, int Position) : CelNode(Position);

/// <summary><c>has(operand.field)</c>.</summary>
internal sealed record CelHas(CelNode Operand, string Field, int Position) : CelNode(Position);

/// <summary><c>operand[key]</c>, <c>operand[?key]</c>.</summary>
internal sealed record CelIndex(CelNode Operand, CelNode Key, bool IsOptional, int Position) : CelNode(Position);

/// <summary>A call of a function or an operator; the target of a member function is its first argument.</summary>
internal sealed record CelCall(string Function, bool IsMember, IReadOnlyList<CelNode> Arguments, int Position) : CelNode(Position)
{
    /// <summary>What may be meant, by the static types; set by the checker.</summary>
    public IReadOnlyList<CelOverload> Overloads { get; init; } = [];
}

/// <summary><c>a &amp;&amp; b &amp;&amp; c</c>, or with <c>||</c>.</summary>
internal sealed record CelJunction(bool IsAnd, IReadOnlyList<CelNode> Terms, int Position) : CelNode(Position);

/// <summary><c>test ? yes : no</c>.</summary>
internal sealed record CelConditional(CelNode Test, CelNode Yes, CelNode No, int Position) : CelNode(Position);

/// <summary><c>[a, ?b]</c>.</summary>
internal sealed record CelListNode(IReadOnlyList<(CelNode Item, bool IsOptional)> Items, int Position) : CelNode(Position);

/// <summary><c>{k: v, ?k: v}</c>.</summary>
internal sealed record CelMapNode(IReadOnlyList<(CelNode Key, CelNode Value, bool IsOptional)> Entries, int Position) : CelNode(Position);

/// <summary>What a comprehension makes of the elements.</summary>
internal enum CelLoop
{
    All,
    Exists,
    ExistsOne,
    Filter,
    List,
    Map,
}

/// <summary>A macro over the elements of a list, or the keys of a map.</summary>
/// <param name="Loop">What is made of them.</param>
/// <param name="Range">The list or map.</param>
/// <param name="First">Variable of the element (key), or with a second one of the index (key).</param>
/// <param name="Second">Variable of the value; null for none.</param>
/// <param name="Condition">Which elements count, where the loop gives values; null for all.</param>
/// <param name="Step">Evaluated for each element.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record CelComprehension(CelLoop Loop, CelNode Range, string First, string? Second, CelNode? Condition, CelNode Step, int Position)
    : CelNode(Position);

/// <summary><c>cel.bind(name, value, body)</c>.</summary>
internal sealed record CelBind(string Name, CelNode Value, CelNode Body, int Position) : CelNode(Position);

/// <summary><c>optional.optMap(name, step)</c> and <c>optFlatMap</c>, whose step gives an optional itself.</summary>
internal sealed record CelOptionalMap(CelNode Operand, string Name, CelNode Step, bool IsFlat, int Position) : CelNode(Position);
