using Cronos;

namespace Orchestrator.Model.Batch;

/// <summary>
/// The schedule of a CronJob: five fields, or <c>@hourly</c> and its like, or <c>@every 90s</c>, as Kubernetes' parser takes them.
/// </summary>
public sealed class CronSchedule
{
    private const string Every = "@every ";

    private readonly CronExpression? _expression;
    private readonly TimeSpan _interval;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CronExpression? expression, TimeSpan interval, TimeZoneInfo zone)
    {
        _expression = expression;
        _interval = interval;
        _zone = zone;
    }

    /// <summary>What is wrong with a schedule; null where nothing is.</summary>
    public static string? Fault(string schedule)
    {
        TryRead(schedule, out _, out _, out string? fault);
        return fault;
    }

    /// <summary>What is wrong with a time zone's name; null where nothing is.</summary>
    public static string? ZoneFault(string zone) =>
        string.Equals(zone, "local", StringComparison.OrdinalIgnoreCase) ? "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        : TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? null
        : $"unknown time zone {zone}";

    /// <param name="schedule">The schedule.</param>
    /// <param name="zone">Name of its time zone; null for UTC.</param>
    /// <returns>Null where either cannot be read.</returns>
    public static CronSchedule? Read(string schedule, string? zone) =>
        TryRead(schedule, out CronExpression? expression, out TimeSpan interval, out _)
        && TimeZoneInfo.TryFindSystemTimeZoneById(string.IsNullOrEmpty(zone) ? "UTC" : zone, out TimeZoneInfo? found)
            ? new CronSchedule(expression, interval, found)
            : null;

    /// <summary>The first time after another; null where there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _expression is null
        ? new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), after.Offset) + _interval
        : _expression.GetNextOccurrence(after, _zone)?.ToUniversalTime();

    /// <summary>
    /// The last time after <paramref name="after"/> that is not after <paramref name="now"/>; null where there is none. Looks back over short spans first,
    /// so that a schedule that was missed for a year costs no more than one that is on time.
    /// </summary>
    public DateTimeOffset? MostRecent(DateTimeOffset after, DateTimeOffset now)
    {
        if (_expression is null)
        {
            long periods = now <= after ? 0 : (now - after).Ticks / _interval.Ticks;
            return periods == 0 ? null : after + (_interval * periods);
        }

        foreach (TimeSpan span in (ReadOnlySpan<TimeSpan>)[TimeSpan.FromMinutes(10), TimeSpan.FromHours(24), TimeSpan.FromDays(45), TimeSpan.FromDays(366 * 9)])
        {
            DateTimeOffset from = now - span < after ? after : now - span;
            DateTimeOffset? latest = null;
            for (DateTimeOffset? next = Next(from); next <= now; next = Next(next.Value))
            {
                latest = next;
            }

            if (latest is not null || from == after)
            {
                return latest;
            }
        }

        return null;
    }

    private static bool TryRead(string schedule, out CronExpression? expression, out TimeSpan interval, out string? fault)
    {
        expression = null;
        interval = TimeSpan.Zero;
        fault = null;
        if (schedule.StartsWith(Every, StringComparison.Ordinal))
        {
            if (!GoDuration.TryParse(schedule[Every.Length..], out interval))
            {
                fault = $"failed to parse duration {schedule}";
                return false;
            }

            interval = TimeSpan.FromSeconds(Math.Max(1, Math.Floor(interval.TotalSeconds)));
            return true;
        }

        try
        {
            expression = CronExpression.Parse(schedule);
            return true;
        }
        catch (CronFormatException e)
        {
            fault = e.Message;
            return false;
        }
    }
}
