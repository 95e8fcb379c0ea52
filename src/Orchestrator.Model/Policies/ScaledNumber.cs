using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Model.Json;

namespace Orchestrator.Model.Policies;

/// <summary>A number, or a share of a total in percent (Kubernetes' IntOrString where it is scaled).</summary>
public static class ScaledNumber
{
    /// <summary>The number meant; a share is rounded up. Null where it is neither.</summary>
    public static long? Of(JsonNode? value, long total) =>
        value.AsInteger() is { } number ? number
        : Percent(value) is { } percent ? ((percent * total) + 99) / 100
        : null;

    /// <summary>As <see cref="Of"/>, but a share is rounded down.</summary>
    public static long? Floor(JsonNode? value, long total) =>
        value.AsInteger() is { } number ? number
        : Percent(value) is { } percent ? percent * total / 100
        : null;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    /// <param name="value">The number or share.</param>
    /// <param name="mayExceed">True where a share may be more than the total.</param>
    public static string? Fault(JsonNode value, bool mayExceed = false) => (value.AsInteger(), Percent(value)) switch
    {
        ( < 0, _) => "must be greater than or equal to 0",
        (null, null) => "must be an integer or percentage (e.g '5%')",
        (_, > 100) when !mayExceed => "must not be greater than 100%",
        _ => null,
    };

    private static long? Percent(JsonNode? value) =>
        value.AsText() is { Length: > 1 and <= 10 } text && text[^1] == '%'
        && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long percent) ? percent : null;
}
