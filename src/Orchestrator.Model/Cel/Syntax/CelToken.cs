namespace Orchestrator.Model.Cel.Syntax;

internal enum CelTokenKind
{
    End,
    Identifier,

    /// <summary>A number, string, or byte sequence: <see cref="CelToken.Value"/>.</summary>
    Literal,

    /// <summary>An operator or a bracket.</summary>
    Punctuation,
}

/// <summary>One token of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As written; of a quoted identifier without its quotes.</param>
/// <param name="Value">Of a literal: long, ulong, double, string or <see cref="Values.CelBytes"/>.</param>
/// <param name="Position">Of its first character, counted from 0.</param>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position)
{
    public bool Is(string punctuation) => Kind == CelTokenKind.Punctuation && Text == punctuation;

    public bool IsWord(string word) => Kind == CelTokenKind.Identifier && Text == word;
}
