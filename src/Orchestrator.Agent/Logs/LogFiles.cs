using System.Globalization;

namespace Orchestrator.Agent.Logs;

/// <summary>
/// The files that one attempt's log is in: <c>ATTEMPT.log</c>, which is written, and <c>ATTEMPT.log.TIME</c>, which were before, as kubelet names them. Names of
/// the latter sort by age, and stay what they are until the file is removed.
/// </summary>
/// <param name="path">Path of the file that is written.</param>
public sealed class LogFiles(string path)
{
    public const string Extension = ".log";

    public string Current => path;

    /// <summary>Full paths, oldest first. The file that is written is not among them.</summary>
    public IReadOnlyList<string> Rotated() => Directory.Exists(Path.GetDirectoryName(path))
        ? [.. Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Where(f => f.StartsWith(path + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>What the file is renamed to when another takes its place.</summary>
    public string NameAt(DateTimeOffset time) => path + time.UtcDateTime.ToString("'.'yyyyMMdd'-'HHmmss", CultureInfo.InvariantCulture);

    public void Delete()
    {
        foreach (var file in Rotated().Append(path))
        {
            File.Delete(file);
        }
    }

    /// <summary>The attempts of a container whose logs are in a directory, latest first.</summary>
    public static IReadOnlyList<(int Attempt, LogFiles Files)> In(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory, "*" + Extension + "*")
            .Select(AttemptOf).OfType<int>().Distinct().OrderDescending()
            .Select(n => (n, new LogFiles(Path.Combine(directory, n.ToString(CultureInfo.InvariantCulture) + Extension))))]
        : [];

    private static int? AttemptOf(string file)
    {
        var name = Path.GetFileName(file);
        return int.TryParse(name[..name.IndexOf(Extension, StringComparison.Ordinal)], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) ? attempt : null;
    }
}
