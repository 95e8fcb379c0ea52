namespace Orchestrator.Cli.Lab.Dependencies;

/// <summary>Finds what of a lab's dependencies the machine lacks.</summary>
/// <param name="searchPath">Directories of PATH.</param>
/// <param name="exists">Whether a file exists at an absolute path, which may have <c>*</c> for one name in it.</param>
internal sealed class DependencyCheck(IReadOnlyList<string> searchPath, Func<string, bool> exists)
{
    public static DependencyCheck OfThisMachine { get; } = new(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        ExistsOnDisk);

    public IReadOnlyList<Dependency> Missing() => Missing(Dependency.All);

    public IReadOnlyList<Dependency> Missing(IEnumerable<Dependency> needed) => [.. needed.Where(dependency => !IsPresent(dependency))];

    public bool IsPresent(Dependency dependency) => dependency.AnyOf.Any(
        name => Path.IsPathRooted(name) ? exists(name) : searchPath.Any(directory => exists(Path.Combine(directory, name))));

    internal static bool ExistsOnDisk(string path)
    {
        var star = path.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return File.Exists(path);
        }

        var parent = path[..star];
        return Directory.Exists(parent) && Directory.EnumerateDirectories(parent).Any(directory => File.Exists(directory + path[(star + 1)..]));
    }
}
