using System.Globalization;
using System.Text;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary><c>'%s is %d'.format([a, b])</c> (the strings extension of cel-go).</summary>
internal static class FormatFunctions
{
    private const int MaxPrecision = 100;

    public static IEnumerable<(string, CelFunction)> All => [("string.format(list<dyn>): string", (a, b) => Format((string)a[0]!, (CelList)a[1]!, b))];

    private static object? Format(string format, CelList values, CelBudget budget)
    {
        var text = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.Length && budget.Spend(1); i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
            }
            else if (i + 1 < format.Length && format[i + 1] == '%')
            {
                text.Append('%');
                i++;
            }
            else
            {
                if (Clause(format, ref i) is not { } clause)
                {
                    return new CelError("could not parse formatting clause");
                }

                if (next >= values.Count)
                {
                    return new CelError($"index {next.ToString(CultureInfo.InvariantCulture)} out of range");
                }

                if (Write(values[next++], clause.Verb, clause.Precision, budget) is not { } part)
                {
                    return new CelError($"the value does not fit the formatting clause %{clause.Verb}");
                }

                text.Append(part);
            }
        }

        return next == values.Count ? text.ToString() : new CelError("unused arguments were provided to the format string");
    }

    private static (char Verb, int Precision)? Clause(string format, ref int i)
    {
        i++;
        int precision = 6;
        if (i < format.Length && format[i] == '.')
        {
            int start = ++i;
            while (i < format.Length && char.IsAsciiDigit(format[i]))
            {
                i++;
            }

            if (!int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out precision) || precision > MaxPrecision)
            {
                return null;
            }
        }

        return i < format.Length ? (format[i], precision) : null;
    }

    private static string? Write(object? value, char verb, int precision, CelBudget budget) => (verb, value) switch
    {
        ('s', _) => Text(value, budget),
        ('d', long n) => n.ToString(CultureInfo.InvariantCulture),
        ('d', ulong n) => n.ToString(CultureInfo.InvariantCulture),
        ('f', double n) => n.ToString("F" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        ('f', long n) => n.ToString("F" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        ('e', double n) => n.ToString($"0.{new string('0', precision)}e+00", CultureInfo.InvariantCulture),
        ('b', bool b) => b ? "1" : "0",
        ('b', long n) => Radix(n, "B"),
        ('b', ulong n) => n.ToString("B", CultureInfo.InvariantCulture),
        ('o', long n) => (n < 0 ? "-" : "") + Octal(Magnitude(n)),
        ('o', ulong n) => Octal(n),
        ('x', long n) => Radix(n, "x"),
        ('X', long n) => Radix(n, "X"),
        ('x', ulong n) => n.ToString("x", CultureInfo.InvariantCulture),
        ('X', ulong n) => n.ToString("X", CultureInfo.InvariantCulture),
        ('x', string s) when budget.SpendText(s.Length) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s)),
        ('X', string s) when budget.SpendText(s.Length) => Convert.ToHexString(Encoding.UTF8.GetBytes(s)),
        _ => null,
    };

    private static string Radix(long number, string format) =>
        (number < 0 ? "-" : "") + Magnitude(number).ToString(format, CultureInfo.InvariantCulture);

    private static ulong Magnitude(long number) => (ulong)Int128.Abs(number);

    private static string Octal(ulong number)
    {
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, (char)('0' + (int)(number % 8)));
            number /= 8;
        }
        while (number > 0);
        return digits.ToString();
    }

    /// <summary>The text of any value, of lists and maps with that of their members; null once it costs too much.</summary>
    private static string? Text(object? value, CelBudget budget)
    {
        if (!budget.SpendText((value as string)?.Length ?? 0))
        {
            return null;
        }

        return value switch
        {
            null => "null",
            string text => text,
            bool flag => flag ? "true" : "false",
            long or ulong => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
            double number => CelText.Write(number),
            DateTimeOffset time => CelTime.Write(time),
            TimeSpan duration => CelTime.Write(duration),
            CelType type => type.ToString(),
            CelBytes bytes => CelText.FromUtf8(bytes) as string,
            CelList list => $"[{string.Join(", ", list.Values().Select(v => Text(v, budget)))}]",
            CelMap map => $"{{{string.Join(", ", map.Keys.OrderBy(k => k.ToString(), StringComparer.Ordinal).Select(k => $"{Text(k, budget)}: {Text(map.TryGet(k, out object? v) ? v : null, budget)}"))}}}",
            _ => value.ToString(),
        };
    }
}
