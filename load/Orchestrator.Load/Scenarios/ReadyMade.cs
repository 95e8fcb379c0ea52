namespace Orchestrator.Load.Scenarios;

/// <summary>The scenarios that come with the program: the files of <c>load/scenarios</c>.</summary>
internal static class ReadyMade
{
    private const string Prefix = "Orchestrator.Load.Scenarios.";
    private const string Suffix = ".yaml";

    /// <summary>Their names, in the alphabet's order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(ReadyMade).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of one; null where there is none of the name.</summary>
    public static TextReader? Open(string name) => typeof(ReadyMade).Assembly.GetManifestResourceStream(Prefix + name + Suffix) is { } stream ? new StreamReader(stream) : null;
}
