using System.Globalization;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.Model.Cel.Functions;

/// <summary>Functions of timestamps and durations.</summary>
internal static class TimeFunctions
{
    private static readonly (string Name, Func<DateTimeOffset, long> Part)[] Parts =
    [
        ("getFullYear", t => t.Year),
        ("getMonth", t => t.Month - 1),
        ("getDate", t => t.Day),
        ("getDayOfMonth", t => t.Day - 1),
        ("getDayOfWeek", t => (long)t.DayOfWeek),
        ("getDayOfYear", t => t.DayOfYear - 1),
        ("getHours", t => t.Hour),
        ("getMinutes", t => t.Minute),
        ("getSeconds", t => t.Second),
        ("getMilliseconds", t => t.Millisecond),
    ];

    public static IEnumerable<(string, CelFunction)> All =>
    [
        ("_+_(timestamp, duration): timestamp", (a, _) => Add(a[0], a[1], 1)),
        ("_+_(duration, timestamp): timestamp", (a, _) => Add(a[1], a[0], 1)),
        ("_+_(duration, duration): duration", (a, _) => FitDuration((Int128)((TimeSpan)a[0]!).Ticks + ((TimeSpan)a[1]!).Ticks)),
        ("_-_(timestamp, duration): timestamp", (a, _) => Add(a[0], a[1], -1)),
        ("_-_(timestamp, timestamp): duration", (a, _) => (DateTimeOffset)a[0]! - (DateTimeOffset)a[1]!),
        ("_-_(duration, duration): duration", (a, _) => FitDuration((Int128)((TimeSpan)a[0]!).Ticks - ((TimeSpan)a[1]!).Ticks)),
        ("-_(duration): duration", (a, _) => FitDuration(-(Int128)((TimeSpan)a[0]!).Ticks)),
        .. Parts.Select(p => ($"timestamp.{p.Name}(): int", (CelFunction)((a, _) => p.Part(((DateTimeOffset)a[0]!).ToUniversalTime())))),
        .. Parts.Select(p => ($"timestamp.{p.Name}(string): int", (CelFunction)((a, _) => InZone((DateTimeOffset)a[0]!, (string)a[1]!) is { } t ? p.Part(t) : new CelError("unknown time zone")))),
        ("duration.getHours(): int", (a, _) => ((TimeSpan)a[0]!).Ticks / TimeSpan.TicksPerHour),
        ("duration.getMinutes(): int", (a, _) => ((TimeSpan)a[0]!).Ticks / TimeSpan.TicksPerMinute),
        ("duration.getSeconds(): int", (a, _) => ((TimeSpan)a[0]!).Ticks / TimeSpan.TicksPerSecond),
        ("duration.getMilliseconds(): int", (a, _) => ((TimeSpan)a[0]!).Ticks / TimeSpan.TicksPerMillisecond),
    ];

    public static object FitDuration(Int128 ticks) =>
        ticks >= long.MinValue && ticks <= long.MaxValue ? TimeSpan.FromTicks((long)ticks) : new CelError("duration overflow");

    private static object Add(object? timestamp, object? duration, int sign)
    {
        Int128 ticks = ((DateTimeOffset)timestamp!).UtcTicks + ((Int128)((TimeSpan)duration!).Ticks * sign);
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : new CelError("timestamp overflow");
    }

    /// <summary>The local time of a zone by its IANA name, or by an offset such as <c>-08:00</c>.</summary>
    private static DateTimeOffset? InZone(DateTimeOffset time, string zone)
    {
        if (zone.Contains(':', StringComparison.Ordinal))
        {
            bool isOffset = TimeSpan.TryParseExact(zone.TrimStart('+', '-'), @"hh\:mm", CultureInfo.InvariantCulture, out TimeSpan offset) && offset.TotalHours <= 14;
            DateTimeOffset utc = time.ToUniversalTime();
            TimeSpan signed = zone.StartsWith('-') ? -offset : offset;
            return isOffset && utc.UtcTicks + signed.Ticks is >= 0 and var ticks && ticks <= DateTime.MaxValue.Ticks ? utc.ToOffset(signed) : null;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(zone.Length == 0 ? "UTC" : zone, out TimeZoneInfo? info) ? TimeZoneInfo.ConvertTime(time, info) : null;
    }
}
