using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Agent.Logs;

/// <summary>What of a log is asked for: the options of <c>pods/log</c>.</summary>
/// <param name="TailLines">Last so many lines; null is all.</param>
/// <param name="Since">Nothing older; null is no limit.</param>
/// <param name="LimitBytes">Most bytes sent; null is no limit.</param>
/// <param name="Previous">The attempt before the latest.</param>
public sealed record LogQuery(bool Follow, long? TailLines, DateTimeOffset? Since, bool Timestamps, long? LimitBytes, bool Previous)
{
    /// <exception cref="FormatException">An option has a value it cannot have; the message names it.</exception>
    public static LogQuery Parse(IQueryCollection query, TimeProvider time)
    {
        var seconds = Number(query, "sinceSeconds", minimum: 1);
        var since = seconds is { } s ? time.GetUtcNow() - TimeSpan.FromSeconds(s) : Time(query, "sinceTime");
        return new LogQuery(
            Flag(query, "follow"), Number(query, "tailLines", minimum: 0), since, Flag(query, "timestamps"), Number(query, "limitBytes", minimum: 1), Flag(query, "previous"));
    }

    private static bool Flag(IQueryCollection query, string name) => query[name].ToString() switch
    {
        "" or "false" or "0" => false,
        "true" or "1" => true,
        var other => throw new FormatException($"{name}: \"{other}\" is not a boolean"),
    };

    private static long? Number(IQueryCollection query, string name, long minimum)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum ? value
            : throw new FormatException($"{name}: \"{text}\" is not a whole number of at least {minimum}");
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? value
            : throw new FormatException($"{name}: \"{text}\" is not a time");
    }
}
