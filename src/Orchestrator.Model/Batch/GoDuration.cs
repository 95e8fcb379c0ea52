using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Model.Batch;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>90s</c>, <c>1.5h</c>, <c>500ms</c>.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (!Whole().IsMatch(text))
        {
            return false;
        }

        double seconds = 0;
        foreach (Match part in Part().Matches(text))
        {
            double number = double.Parse(part.Groups["number"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
            seconds += number * part.Groups["unit"].Value switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" => 1e-6,
                _ => 1e-9,
            };
        }

        if (seconds <= 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    [GeneratedRegex("^([0-9]+(\\.[0-9]+)?(h|ms|m|s|us|ns))+\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();

    [GeneratedRegex("(?<number>[0-9]+(\\.[0-9]+)?)(?<unit>h|ms|m|s|us|ns)", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
