using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Model.Schemas;

/// <summary>
/// Regular expressions as schemas are written with, which is Go's RE2: linear in time, ASCII classes, <c>$</c> only at the very end. They run on
/// .NET's engine without backtracking, which gives the same bound.
/// </summary>
public static class GoPattern
{
    /// <summary>The compiled pattern, or null and what is wrong with it.</summary>
    public static Regex? TryCompile(string pattern, out string error)
    {
        try
        {
            error = "";
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            error = $"must be a valid regular expression, but isn't: {e.Message}";
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 8);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], inClass));
            }
            else if (inClass)
            {
                inClass = c != ']';
                // A bracket within a class is a character; in .NET it could begin a subtraction.
                text.Append(c == '[' && !IsNamedClass(pattern, i) ? @"\[" : c.ToString());
            }
            else if (c == '[')
            {
                inClass = true;
                text.Append(c);
                // A closing bracket right after the opening one is a character.
                if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                {
                    text.Append(pattern[++i]);
                }

                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    i++;
                    text.Append(@"\]");
                }
            }
            else if (c == '$')
            {
                text.Append(@"\z");
            }
            else if (c == '(' && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                text.Append("(?<");
                i += 3;
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static bool IsNamedClass(string pattern, int at) => at + 1 < pattern.Length && pattern[at + 1] == ':'
        ? throw new NotSupportedException($"the named class at position {at} is not supported")
        : false;

    private static string Escape(char c, bool inClass) => (c, inClass) switch
    {
        ('d', true) => "0-9",
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', true) => "0-9A-Za-z_",
        ('w', false) => "[0-9A-Za-z_]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', true) => @"\t\n\f\r ",
        ('s', false) => @"[\t\n\f\r ]",
        ('S', false) => @"[^\t\n\f\r ]",
        ('z', _) => @"\z",
        ('/', _) => "/",
        _ => "\\" + c,
    };
}
