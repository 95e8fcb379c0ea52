using System.Globalization;

namespace Orchestrator.Model.Kinds;

/// <summary>Ages as kubectl's users read them: two units at most, coarser the longer (<c>k8s.io/apimachinery/pkg/util/duration</c>).</summary>
public static class HumanDuration
{
    /// <summary>Time since <paramref name="then"/>, or <c>&lt;unknown&gt;</c> where it is not known.</summary>
    public static string Since(DateTimeOffset? then, TimeProvider time) =>
        then is { } start ? Format(time.GetUtcNow() - start) : "<unknown>";

    public static string Format(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        if (seconds < 0)
        {
            return "0s";
        }

        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        return (seconds, minutes, hours, days) switch
        {
            ( < 120, _, _, _) => Text($"{seconds}s"),
            (_, < 10, _, _) => Two(minutes, "m", seconds % 60, "s"),
            (_, < 180, _, _) => Text($"{minutes}m"),
            (_, _, < 8, _) => Two(hours, "h", minutes % 60, "m"),
            (_, _, < 48, _) => Text($"{hours}h"),
            (_, _, < 192, _) => Two(days, "d", hours % 24, "h"),
            (_, _, _, < 365 * 2) => Text($"{days}d"),
            (_, _, _, < 365 * 8) => Two(days / 365, "y", days % 365, "d"),
            _ => Text($"{days / 365}y"),
        };
    }

    private static string Two(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? Text($"{first}{firstUnit}") : Text($"{first}{firstUnit}{second}{secondUnit}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
