using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Model.Cel.Values;

/// <summary>Timestamps (RFC 3339) and durations (as Go writes them: <c>1h30m</c>), to a tenth of a microsecond.</summary>
internal static partial class CelTime
{
    public static DateTimeOffset? ParseTimestamp(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            return new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        }

        return TimestampRegex().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;
    }

    public static TimeSpan? ParseDuration(string text)
    {
        if (text is "0" or "+0" or "-0")
        {
            return TimeSpan.Zero;
        }

        if (text.Length > 100 || !DurationRegex().IsMatch(text))
        {
            return null;
        }

        decimal ticks = 0;
        foreach (Match part in PartRegex().Matches(text))
        {
            if (!decimal.TryParse(part.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                || number > TimeSpan.MaxValue.Ticks)
            {
                return null;
            }

            ticks += number * TicksOf(part.Groups["unit"].Value);
        }

        ticks = text[0] == '-' ? -ticks : ticks;
        return Math.Abs(ticks) <= long.MaxValue ? TimeSpan.FromTicks((long)ticks) : null;
    }

    /// <summary>As <c>string(timestamp)</c> gives it.</summary>
    public static string Write(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>As <c>string(duration)</c> gives it: seconds.</summary>
    public static string Write(TimeSpan duration) => new StringBuilder()
        .Append(((decimal)duration.Ticks / TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture))
        .Append('s')
        .ToString();

    private static decimal TicksOf(string unit) => unit switch
    {
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "ns" => 0.01m,
        _ => TimeSpan.TicksPerMicrosecond,
    };

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex TimestampRegex();

    [GeneratedRegex(@"^[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DurationRegex();

    [GeneratedRegex(@"(?<number>[0-9.]+)(?<unit>ns|us|µs|ms|s|m|h)", RegexOptions.ExplicitCapture)]
    private static partial Regex PartRegex();
}
