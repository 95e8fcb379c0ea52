using System.Collections.Frozen;
using System.Globalization;

namespace Orchestrator.Model.Cel.Syntax;

/// <summary>
/// Parses expressions of the Common Expression Language (cel-spec, "Syntax"). The first fault ends the parse. Length and depth are bounded, so that
/// neither the parse nor a walk of its result can exhaust the stack.
/// </summary>
internal sealed class CelParser
{
    /// <summary>Longest expression, in characters.</summary>
    public const int MaxLength = 100_000;

    /// <summary>Deepest nesting of nodes.</summary>
    public const int MaxDepth = 250;

    /// <summary>Stands for 2^63, which is an integer only behind a minus sign.</summary>
    public static readonly object MinMagnitude = new();

    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
        [
            "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "namespace", "null", "package",
            "return", "true", "var", "void", "while",
        ],
        StringComparer.Ordinal);

    private static readonly string[][] BinaryLevels = [["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

    private readonly List<CelToken> _tokens;

    private int _at;
    private int _nesting;

    private CelParser(List<CelToken> tokens, (int Position, string Message)? fault)
    {
        _tokens = tokens;
        Fault = fault;
    }

    /// <summary>The first fault; null for none.</summary>
    public (int Position, string Message)? Fault { get; private set; }

    private CelToken Current => _tokens[Fault is null ? _at : ^1];

    /// <summary>The tree of an expression; null with the fault.</summary>
    public static CelNode? Parse(string text, out (int Position, string Message)? fault)
    {
        if (text.Length > MaxLength)
        {
            fault = (0, string.Create(CultureInfo.InvariantCulture, $"expression code point size exceeds limit: size: {text.Length}, limit {MaxLength}"));
            return null;
        }

        var lexer = new CelLexer(text);
        var parser = new CelParser(lexer.Run(), lexer.Fault);
        CelNode node = parser.Expression();
        if (parser.Current.Kind != CelTokenKind.End)
        {
            parser.Unexpected();
        }

        fault = parser.Fault;
        return fault is null ? node : null;
    }

    /// <summary>Records a fault, of which the first is kept, and gives a node in place of the one that is none.</summary>
    public CelNode Fail(int position, string message)
    {
        Fault ??= (position, message);
        return new CelLiteral(null, position);
    }

    /// <summary>Notes how deep a new node is.</summary>
    public CelNode Made(CelNode node, params IEnumerable<CelNode?> children)
    {
        foreach (CelNode? child in children)
        {
            node.Depth = Math.Max(node.Depth, (child?.Depth ?? 0) + 1);
        }

        return node.Depth > MaxDepth ? Fail(node.Position, TooDeep()) : node;
    }

    private static string TooDeep() => string.Create(CultureInfo.InvariantCulture, $"expression recursion limit exceeded: {MaxDepth}");

    private CelNode Expression()
    {
        if (++_nesting > MaxDepth)
        {
            return Fail(Current.Position, TooDeep());
        }

        CelNode test = Junction(isAnd: false);
        CelNode result = test;
        if (TryTake("?", out int position))
        {
            CelNode yes = Junction(isAnd: false);
            Expect(":");
            CelNode no = Expression();
            result = Made(new CelConditional(test, yes, no, position), test, yes, no);
        }

        _nesting--;
        return result;
    }

    private CelNode Junction(bool isAnd)
    {
        CelNode first = isAnd ? Binary(0) : Junction(isAnd: true);
        string sign = isAnd ? "&&" : "||";
        if (!Current.Is(sign))
        {
            return first;
        }

        int position = Current.Position;
        List<CelNode> terms = [first];
        while (TryTake(sign, out _))
        {
            terms.Add(isAnd ? Binary(0) : Junction(isAnd: true));
        }

        return Made(new CelJunction(isAnd, terms, position), terms);
    }

    private CelNode Binary(int level)
    {
        CelNode left = level == BinaryLevels.Length - 1 ? Unary() : Binary(level + 1);
        while (Array.Find(BinaryLevels[level], s => Current.Is(s) || (s == "in" && Current.IsWord(s))) is { } sign)
        {
            int position = Current.Position;
            _at++;
            CelNode right = level == BinaryLevels.Length - 1 ? Unary() : Binary(level + 1);
            left = Made(new CelCall(sign == "in" ? "@in" : $"_{sign}_", IsMember: false, [left, right], position), left, right);
        }

        return left;
    }

    private CelNode Unary()
    {
        int position = Current.Position;
        if (TryTake("!", out _))
        {
            CelNode operand = Nested(Unary);
            return Made(new CelCall("!_", IsMember: false, [operand], position), operand);
        }

        if (!TryTake("-", out _))
        {
            return Members(Primary());
        }

        switch (Current.Value)
        {
            case long number:
                _at++;
                return Members(new CelLiteral(-number, position));
            case double number:
                _at++;
                return Members(new CelLiteral(-number, position));
            case { } magnitude when ReferenceEquals(magnitude, MinMagnitude):
                _at++;
                return Members(new CelLiteral(long.MinValue, position));
            default:
                CelNode operand = Nested(Unary);
                return Made(new CelCall("-_", IsMember: false, [operand], position), operand);
        }
    }

    private CelNode Nested(Func<CelNode> parse)
    {
        if (++_nesting > MaxDepth)
        {
            return Fail(Current.Position, TooDeep());
        }

        CelNode node = parse();
        _nesting--;
        return node;
    }

    private CelNode Members(CelNode operand)
    {
        while (Fault is null)
        {
            int position = Current.Position;
            if (TryTake(".", out _))
            {
                operand = Member(operand, position);
            }
            else if (TryTake("[", out _))
            {
                bool isOptional = TryTake("?", out _);
                CelNode key = Expression();
                Expect("]");
                operand = Made(new CelIndex(operand, key, isOptional, position), operand, key);
            }
            else if (Current.Is("{") && operand is CelVariable or CelSelect)
            {
                return Fail(position, "messages cannot be constructed here");
            }
            else
            {
                break;
            }
        }

        return operand;
    }

    private CelNode Member(CelNode operand, int position)
    {
        bool isOptional = TryTake("?", out _);
        CelToken name = Current;
        if (name.Kind != CelTokenKind.Identifier)
        {
            return Unexpected();
        }

        _at++;
        if (isOptional || !Current.Is("("))
        {
            return Made(new CelSelect(operand, name.Text, isOptional, position), operand);
        }

        _at++;
        List<CelNode> arguments = Expressions(")");
        return CelMacros.Expand(this, operand, name.Text, arguments, position)
            ?? Made(new CelCall(name.Text, IsMember: true, [operand, .. arguments], position), [operand, .. arguments]);
    }

    private CelNode Primary()
    {
        CelToken token = Current;
        if (token.Kind == CelTokenKind.Literal)
        {
            _at++;
            return ReferenceEquals(token.Value, MinMagnitude) ? Fail(token.Position, "invalid int literal") : new CelLiteral(token.Value, token.Position);
        }

        if (token.Kind == CelTokenKind.Identifier)
        {
            _at++;
            return Named(token);
        }

        if (TryTake("(", out _))
        {
            CelNode inner = Expression();
            Expect(")");
            return inner;
        }

        if (TryTake("[", out _))
        {
            return ListNode(token.Position);
        }

        return TryTake("{", out _) ? MapNode(token.Position) : Unexpected();
    }

    private CelNode Named(CelToken token)
    {
        switch (token.Text)
        {
            case "true" or "false":
                return new CelLiteral(token.Text == "true", token.Position);
            case "null":
                return new CelLiteral(null, token.Position);
        }

        if (Reserved.Contains(token.Text))
        {
            return Fail(token.Position, $"reserved identifier: {token.Text}");
        }

        if (!TryTake("(", out _))
        {
            return new CelVariable(token.Text, token.Position);
        }

        List<CelNode> arguments = Expressions(")");
        return token.Text == "has"
            ? CelMacros.Has(this, arguments, token.Position)
            : Made(new CelCall(token.Text, IsMember: false, arguments, token.Position), arguments);
    }

    private CelNode ListNode(int position)
    {
        List<(CelNode, bool)> items = [];
        while (Fault is null && !Current.Is("]"))
        {
            bool isOptional = TryTake("?", out _);
            items.Add((Expression(), isOptional));
            if (!TryTake(",", out _))
            {
                break;
            }
        }

        Expect("]");
        return Made(new CelListNode(items, position), items.Select(i => i.Item1));
    }

    private CelNode MapNode(int position)
    {
        List<(CelNode Key, CelNode Value, bool)> entries = [];
        while (Fault is null && !Current.Is("}"))
        {
            bool isOptional = TryTake("?", out _);
            CelNode key = Expression();
            Expect(":");
            entries.Add((key, Expression(), isOptional));
            if (!TryTake(",", out _))
            {
                break;
            }
        }

        Expect("}");
        return Made(new CelMapNode(entries, position), entries.SelectMany(e => new[] { e.Key, e.Value }));
    }

    private List<CelNode> Expressions(string closing)
    {
        List<CelNode> list = [];
        while (Fault is null && !Current.Is(closing))
        {
            list.Add(Expression());
            if (!TryTake(",", out _))
            {
                break;
            }
        }

        Expect(closing);
        return list;
    }

    private bool TryTake(string punctuation, out int position)
    {
        position = Current.Position;
        if (!Current.Is(punctuation))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string punctuation)
    {
        if (!TryTake(punctuation, out _))
        {
            Fail(Current.Position, $"Syntax error: mismatched input '{Current.Text}' expecting '{punctuation}'");
        }
    }

    private CelNode Unexpected() => Fail(Current.Position, $"Syntax error: mismatched input '{Current.Text}'");
}
