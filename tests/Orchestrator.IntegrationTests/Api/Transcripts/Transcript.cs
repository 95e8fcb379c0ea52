using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.IntegrationTests.Api.Transcripts;

/// <summary>
/// What a user sees who types commands one after the other, read from a text file. A line <c>$ kubectl ...</c> is a command, the lines up to the
/// next are what it says: standard output, then errors, then <c>[exit N]</c> unless it succeeds. <c>{ns}</c> is the namespace of the run;
/// <c>{age}</c>, <c>{time}</c>, <c>{number}</c> and <c>{any}</c> stand for what differs between runs, a line <c>...</c> for any lines. How wide
/// columns are, and empty lines, are not compared. Lines that begin with # are remarks.
/// </summary>
public sealed partial class Transcript(IReadOnlyList<Transcript.Step> steps)
{
    public IReadOnlyList<Step> Steps { get; } = steps;

    public static Transcript Read(string path)
    {
        var steps = new List<Step>();
        var expected = new List<string>();
        string? command = null;
        foreach (var line in File.ReadLines(path).Where(l => !l.StartsWith('#')).Append("$ end"))
        {
            if (!line.StartsWith("$ ", StringComparison.Ordinal))
            {
                AddNormal(expected, line);
                continue;
            }

            if (command is not null)
            {
                steps.Add(new Step(command, [.. expected]));
            }

            (command, expected) = (line[2..], []);
        }

        return new Transcript(steps);
    }

    /// <summary>Adds a line without what only its layout says; empty lines are layout.</summary>
    public static void AddNormal(ICollection<string> lines, string line)
    {
        var normal = Spaces().Replace(DeletedFrom().Replace(Colours().Replace(line, ""), "$1"), " ").Trim();
        if (normal.Length > 0)
        {
            lines.Add(normal);
        }
    }

    /// <summary>Words of a command line, quoted as a shell would have them.</summary>
    public static IReadOnlyList<string> Words(string command) =>
        [.. Word().Matches(command).Select(m => m.Value.Trim('\''))];

    /// <summary>True where the lines are the expected ones.</summary>
    public static bool Matches(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var pattern = new StringBuilder("^");
        foreach (var line in expected)
        {
            pattern.Append(line == "..." ? @"(?:.*\n)*?" : Pattern(line) + @"\n");
        }

        return Regex.IsMatch(string.Concat(actual.Select(a => a + "\n")), pattern.Append('$').ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    }

    private static string Pattern(string line) => Placeholder().Replace(Regex.Escape(line), match => match.Groups["name"].Value switch
    {
        "age" => "(?:<unknown>|[0-9]+[smhd0-9]*)",
        "time" => @"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z",
        "number" => "[0-9]+",
        _ => ".*",
    });

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colours();

    // kubectl says the namespace of what it deletes since version 1.33.
    [GeneratedRegex("""^(\S+ "[^"]+" (?:force )?deleted) from \S+ namespace""")]
    private static partial Regex DeletedFrom();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\\\{(?<name>age|time|number|any)}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    /// <param name="Command">The command line.</param>
    /// <param name="Expected">What it says, in normal form.</param>
    public sealed record Step(string Command, IReadOnlyList<string> Expected);
}
