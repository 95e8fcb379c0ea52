using System.Globalization;

namespace Orchestrator.Model.Cel.Syntax;

/// <summary>Splits an expression into tokens (cel-spec, "Syntax"). What is no token is a fault with its position.</summary>
internal sealed class CelLexer(string text)
{
    private static readonly string[] Punctuation =
        ["&&", "||", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private readonly List<CelToken> _tokens = [];

    private int _at;

    /// <summary>What is wrong, and where; null for nothing.</summary>
    public (int Position, string Message)? Fault { get; private set; }

    /// <summary>All tokens; the last one is <see cref="CelTokenKind.End"/>.</summary>
    public List<CelToken> Run()
    {
        SkipBlanks();
        while (_at < text.Length && Fault is null)
        {
            Next();
            SkipBlanks();
        }

        _tokens.Add(new CelToken(CelTokenKind.End, "<EOF>", null, text.Length));
        return _tokens;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (text.AsSpan(_at).StartsWith("//"))
            {
                int end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private void Next()
    {
        char c = text[_at];
        char next = _at + 1 < text.Length ? text[_at + 1] : '\0';
        if (CelQuotes.PrefixLength(text, _at) >= 0)
        {
            ReadQuoted();
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(next)))
        {
            ReadNumber();
        }
        else if (char.IsAsciiLetter(c) || c == '_')
        {
            int start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            {
                _at++;
            }

            _tokens.Add(new CelToken(CelTokenKind.Identifier, text[start.._at], null, start));
        }
        else if (Array.Find(Punctuation, p => text.AsSpan(_at).StartsWith(p)) is { } sign)
        {
            _tokens.Add(new CelToken(CelTokenKind.Punctuation, sign, null, _at));
            _at += sign.Length;
        }
        else
        {
            Fault = (_at, $"Syntax error: token recognition error at: '{c}'");
        }
    }

    private void ReadQuoted()
    {
        int start = _at;
        object? value = CelQuotes.Read(text, ref _at, out string fault);
        if (value is null)
        {
            Fault = (start, $"Syntax error: {fault}");
            return;
        }

        _tokens.Add(new CelToken(CelTokenKind.Literal, text[start.._at], value, start));
    }

    private void ReadNumber()
    {
        int start = _at;
        bool isHex = text.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isReal = false;
        if (isHex)
        {
            _at += 2;
            SkipWhile(char.IsAsciiHexDigit);
        }
        else
        {
            SkipWhile(char.IsAsciiDigit);
            if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
            {
                isReal = true;
                _at++;
                SkipWhile(char.IsAsciiDigit);
            }

            isReal |= SkipExponent();
        }

        string digits = text[start.._at];
        bool isUnsigned = !isReal && _at < text.Length && text[_at] is 'u' or 'U';
        _at += isUnsigned ? 1 : 0;
        AddNumber(digits, isHex, isReal, isUnsigned, start);
    }

    private bool SkipExponent()
    {
        if (_at >= text.Length || text[_at] is not ('e' or 'E'))
        {
            return false;
        }

        int digits = _at + 1 + (_at + 1 < text.Length && text[_at + 1] is '+' or '-' ? 1 : 0);
        if (digits >= text.Length || !char.IsAsciiDigit(text[digits]))
        {
            return false;
        }

        _at = digits;
        SkipWhile(char.IsAsciiDigit);
        return true;
    }

    private void AddNumber(string digits, bool isHex, bool isReal, bool isUnsigned, int start)
    {
        NumberStyles style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        string plain = isHex ? digits[2..] : digits;
        object? value = null;
        if (isReal && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real))
        {
            value = real;
        }
        else if (!isReal && ulong.TryParse(plain, style, CultureInfo.InvariantCulture, out ulong unsigned))
        {
            // The magnitude of the smallest integer is one more than the largest: the parser takes it only behind a minus sign.
            value = isUnsigned ? unsigned : unsigned <= long.MaxValue ? (long)unsigned : unsigned == (ulong)long.MaxValue + 1 ? CelParser.MinMagnitude : null;
        }

        if (value is null)
        {
            Fault = (start, isUnsigned ? "invalid uint literal" : isReal ? "invalid double literal" : "invalid int literal");
            return;
        }

        _tokens.Add(new CelToken(CelTokenKind.Literal, digits, value, start));
    }

    private void SkipWhile(Func<char, bool> belongs)
    {
        while (_at < text.Length && belongs(text[_at]))
        {
            _at++;
        }
    }
}
