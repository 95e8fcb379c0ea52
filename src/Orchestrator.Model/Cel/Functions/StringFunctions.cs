using System.Text;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Functions of strings and bytes; positions count characters (code points).</summary>
internal static class StringFunctions
{
    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("_+_(string, string): string", (a, b) => b.SpendText(Length(a[0]) + Length(a[1])) ? (string)a[0]! + (string)a[1]! : null),
        ("_+_(bytes, bytes): bytes", (a, b) => Join((CelBytes)a[0]!, (CelBytes)a[1]!, b)),
        ("size(string): int", (a, b) => b.SpendText(Length(a[0])) ? CelText.CodePoints((string)a[0]!) : null),
        ("string.size(): int", (a, b) => b.SpendText(Length(a[0])) ? CelText.CodePoints((string)a[0]!) : null),
        ("size(bytes): int", (a, _) => (long)((CelBytes)a[0]!).Length),
        ("bytes.size(): int", (a, _) => (long)((CelBytes)a[0]!).Length),
        ("string.contains(string): bool", (a, b) => PaySearch(a, b) && ((string)a[0]!).Contains((string)a[1]!, StringComparison.Ordinal)),
        ("string.startsWith(string): bool", (a, b) => b.SpendText(Length(a[1])) && ((string)a[0]!).StartsWith((string)a[1]!, StringComparison.Ordinal)),
        ("string.endsWith(string): bool", (a, b) => b.SpendText(Length(a[1])) && ((string)a[0]!).EndsWith((string)a[1]!, StringComparison.Ordinal)),
        ("string.charAt(int): string", (a, b) => Substring((string)a[0]!, (long)a[1]!, (long)a[1]! + ((long)a[1]! == CelText.CodePoints((string)a[0]!) ? 0 : 1), b)),
        ("string.indexOf(string): int", (a, b) => IndexOf(a, 0, b)),
        ("string.indexOf(string, int): int", (a, b) => IndexOf(a, (long)a[2]!, b)),
        ("string.lastIndexOf(string): int", (a, b) => LastIndexOf(a, CelText.CodePoints((string)a[0]!), b)),
        ("string.lastIndexOf(string, int): int", (a, b) => LastIndexOf(a, (long)a[2]!, b)),
        ("string.lowerAscii(): string", (a, b) => b.SpendText(Length(a[0])) ? Map((string)a[0]!, c => char.IsAscii(c) ? char.ToLowerInvariant(c) : c) : null),
        ("string.upperAscii(): string", (a, b) => b.SpendText(Length(a[0])) ? Map((string)a[0]!, c => char.IsAscii(c) ? char.ToUpperInvariant(c) : c) : null),
        ("string.replace(string, string): string", (a, b) => Replace(a, -1, b)),
        ("string.replace(string, string, int): string", (a, b) => Replace(a, (long)a[3]!, b)),
        ("string.split(string): list<string>", (a, b) => Split(a, -1, b)),
        ("string.split(string, int): list<string>", (a, b) => Split(a, (long)a[2]!, b)),
        ("string.substring(int): string", (a, b) => Substring((string)a[0]!, (long)a[1]!, CelText.CodePoints((string)a[0]!), b)),
        ("string.substring(int, int): string", (a, b) => Substring((string)a[0]!, (long)a[1]!, (long)a[2]!, b)),
        ("string.trim(): string", (a, b) => b.SpendText(Length(a[0])) ? ((string)a[0]!).Trim() : null),
        ("string.reverse(): string", (a, b) => b.SpendText(Length(a[0])) ? Reverse((string)a[0]!) : null),
        ("list<string>.join(): string", (a, b) => Join((CelList)a[0]!, "", b)),
        ("list<string>.join(string): string", (a, b) => Join((CelList)a[0]!, (string)a[1]!, b)),
        ("strings.quote(string): string", (a, b) => b.SpendText(Length(a[0])) ? Quote((string)a[0]!) : null),
    ];

    private static int Length(object? text) => ((string)text!).Length;

    /// <summary>A search may compare the needle at every position.</summary>
    private static bool PaySearch(object?[] a, CelBudget budget) => budget.SpendText(Length(a[0]) + ((long)Length(a[0]) * Math.Max(1, Length(a[1]) / 10)));

    private static CelBytes? Join(CelBytes left, CelBytes right, CelBudget budget) =>
        budget.SpendText(left.Length + right.Length) ? new CelBytes([.. left.Content, .. right.Content]) : null;

    private static string Map(string text, Func<char, char> map) => string.Create(text.Length, (text, map), static (span, s) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = s.map(s.text[i]);
        }
    });

    private static object? IndexOf(object?[] a, long from, CelBudget budget)
    {
        var text = (string)a[0]!;
        int offset = CelText.OffsetOf(text, from);
        if (offset < 0)
        {
            return OutOfRange(from);
        }

        int found = PaySearch(a, budget) ? text.IndexOf((string)a[1]!, offset, StringComparison.Ordinal) : -1;
        return found < 0 ? -1L : CelText.CodePointAt(text, found);
    }

    private static object? LastIndexOf(object?[] a, long from, CelBudget budget)
    {
        var text = (string)a[0]!;
        var needle = (string)a[1]!;
        int offset = CelText.OffsetOf(text, from);
        if (offset < 0)
        {
            return OutOfRange(from);
        }

        // The match may begin at the offset at the latest.
        int end = (int)Math.Min(text.Length, (long)offset + needle.Length);
        int found = PaySearch(a, budget) ? text.AsSpan(0, end).LastIndexOf(needle, StringComparison.Ordinal) : -1;
        return found < 0 ? -1L : CelText.CodePointAt(text, found);
    }

    private static string? Replace(object?[] a, long limit, CelBudget budget)
    {
        string text = (string)a[0]!;
        string old = (string)a[1]!;
        string replacement = (string)a[2]!;
        long most = old.Length == 0 ? text.Length + 1L : text.Length / old.Length;
        long times = limit < 0 ? most : Math.Min(limit, most);
        if (!PaySearch(a, budget) || !budget.SpendText(times * replacement.Length))
        {
            return null;
        }

        var result = new StringBuilder();
        int at = 0;
        for (long done = 0; done < times; done++)
        {
            int found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal) : at;
            if (found < 0 || found > text.Length)
            {
                break;
            }

            result.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
            if (old.Length == 0 && at < text.Length)
            {
                result.Append(text[at]);
                at++;
            }
            else if (old.Length == 0)
            {
                break;
            }
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private static CelArray? Split(object?[] a, long limit, CelBudget budget)
    {
        string text = (string)a[0]!;
        string separator = (string)a[1]!;
        if (!PaySearch(a, budget) || !budget.Spend(separator.Length == 0 ? text.Length : text.Length / separator.Length) || limit == 0)
        {
            return CelArray.Empty;
        }

        int most = limit < 0 ? int.MaxValue : (int)Math.Min(limit, int.MaxValue);
        if (separator.Length > 0)
        {
            return new CelArray(text.Split(separator, most));
        }

        List<object?> characters = [];
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (characters.Count == most - 1)
            {
                break;
            }

            characters.Add(rune.ToString());
            at += rune.Utf16SequenceLength;
        }

        if (at < text.Length)
        {
            characters.Add(text[at..]);
        }

        return new CelArray(characters);
    }

    private static object? Substring(string text, long from, long to, CelBudget budget)
    {
        if (!budget.SpendText(text.Length))
        {
            return null;
        }

        int start = CelText.OffsetOf(text, from);
        int end = CelText.OffsetOf(text, to);
        if (start < 0 || end < 0)
        {
            return OutOfRange(start < 0 ? from : to);
        }

        return start <= end ? text.Substring(start, end - start) : (object)new CelError($"invalid substring range. start: {from}, end: {to}");
    }

    private static string Reverse(string text) => string.Concat(text.EnumerateRunes().Reverse());

    private static object? Join(CelList list, string separator, CelBudget budget)
    {
        var result = new StringBuilder();
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not string part)
            {
                return CelError.NoOverload;
            }

            if (!budget.SpendText(part.Length + separator.Length))
            {
                return null;
            }

            result.Append(i > 0 ? separator : "").Append(part);
        }

        return result.ToString();
    }

    private static string Quote(string text)
    {
        var result = new StringBuilder("\"");
        foreach (char c in text)
        {
            result.Append(c switch
            {
                '\a' => @"\a",
                '\b' => @"\b",
                '\f' => @"\f",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                '\v' => @"\v",
                '\\' => @"\\",
                '"' => "\\\"",
                _ => c.ToString(),
            });
        }

        return result.Append('"').ToString();
    }

    private static CelError OutOfRange(long index) => new($"index out of range: {index}");
}
