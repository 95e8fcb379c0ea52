using System.Globalization;
using System.Text;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Syntax;

/// <summary>Literals in quotes: strings and bytes, raw or with escapes, in one or three quotes of either kind (cel-spec, "String and Bytes Values").</summary>
internal static class CelQuotes
{
    /// <summary>How many letters (r, b) stand before the quote at a position; -1 where no quoted literal begins.</summary>
    public static int PrefixLength(string text, int at)
    {
        int length = 0;
        while (length < 2 && at + length < text.Length && text[at + length] is 'r' or 'R' or 'b' or 'B')
        {
            length++;
        }

        bool isQuote = at + length < text.Length && text[at + length] is '"' or '\'';
        return isQuote && !(length == 2 && char.ToLowerInvariant(text[at]) == char.ToLowerInvariant(text[at + 1])) ? length : -1;
    }

    /// <summary>The literal at a position, which moves behind it: a string or <see cref="CelBytes"/>; null with the fault.</summary>
    public static object? Read(string text, ref int at, out string fault)
    {
        int prefix = PrefixLength(text, at);
        ReadOnlySpan<char> letters = text.AsSpan(at, prefix);
        bool isRaw = letters.ContainsAny('r', 'R');
        bool isBytes = letters.ContainsAny('b', 'B');
        char quote = text[at + prefix];
        string closing = text.AsSpan(at + prefix).StartsWith([quote, quote, quote]) ? new string(quote, 3) : quote.ToString();
        int i = at + prefix + closing.Length;
        var content = new StringBuilder();
        var bytes = new List<byte>();
        while (i < text.Length && !text.AsSpan(i).StartsWith(closing))
        {
            if (closing.Length == 1 && text[i] is '\n' or '\r')
            {
                fault = "a string in single quotes must not contain a line break";
                return null;
            }

            bool isRead = text[i] == '\\' && !isRaw ? ReadEscape(text, ref i, isBytes, content, bytes) : ReadPlain(text, ref i, isBytes, content, bytes);
            if (!isRead)
            {
                fault = $"invalid escape sequence at position {i.ToString(CultureInfo.InvariantCulture)}";
                return null;
            }
        }

        fault = i < text.Length ? "" : "the string is not closed";
        at = Math.Min(text.Length, i + closing.Length);
        return fault.Length > 0 ? null : isBytes ? new CelBytes([.. bytes]) : content.ToString();
    }

    private static bool ReadPlain(string text, ref int i, bool isBytes, StringBuilder content, List<byte> bytes)
    {
        int length = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
        if (isBytes)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
        }
        else
        {
            content.Append(text, i, length);
        }

        i += length;
        return true;
    }

    private static bool ReadEscape(string text, ref int i, bool isBytes, StringBuilder content, List<byte> bytes)
    {
        char c = i + 1 < text.Length ? text[i + 1] : '\0';
        if (Simple(c) is { } plain)
        {
            i += 2;
            return Append(plain, isBytes, content, bytes);
        }

        (int start, int digits, int radix) = c switch
        {
            'x' or 'X' => (i + 2, 2, 16),
            'u' => (i + 2, 4, 16),
            'U' => (i + 2, 8, 16),
            >= '0' and <= '3' => (i + 1, 3, 8),
            _ => (0, 0, 0),
        };
        if (digits == 0 || start + digits > text.Length || (isBytes && c is 'u' or 'U') || Number(text.AsSpan(start, digits), radix) is not { } code)
        {
            return false;
        }

        i = start + digits;
        return isBytes ? AppendByte(code, bytes) : Append(code, isBytes, content, bytes);
    }

    private static int? Simple(char c) => c switch
    {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' or '?' or '"' or '\'' or '`' => c,
        _ => null,
    };

    private static int? Number(ReadOnlySpan<char> digits, int radix)
    {
        long number = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            number = (number * radix) + digit;
        }

        return number <= 0x10FFFF ? (int)number : null;
    }

    private static bool AppendByte(int code, List<byte> bytes)
    {
        bytes.Add((byte)code);
        return code <= byte.MaxValue;
    }

    private static bool Append(int code, bool isBytes, StringBuilder content, List<byte> bytes)
    {
        if (!Rune.IsValid(code))
        {
            return false;
        }

        string character = new Rune(code).ToString();
        if (isBytes)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(character));
        }
        else
        {
            content.Append(character);
        }

        return true;
    }
}
