using Orchestrator.Agent.Containers;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// Sub-paths of volumes. A container that shares the volume may have put a link in the way, and the mount is made by root: links are followed only
/// while they stay inside the volume.
/// </summary>
internal static class SubPaths
{
    public static string Checked(string? subPath) =>
        subPath is null || (!subPath.StartsWith('/') && subPath.Split('/').All(p => p != ".."))
            ? subPath ?? ""
            : throw Refuse($"subPath \"{subPath}\" must be relative and without \"..\"");

    /// <summary><c>subPathExpr</c> with the container's variables in place.</summary>
    /// <exception cref="RuntimeRefusalException">One of them is not set: the path would be another than was meant.</exception>
    public static string Expand(string expression, IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
        {
            values[name] = value;
        }

        var path = VariableExpansion.Expand(expression, values);
        return path.Contains("$(", StringComparison.Ordinal) ? throw Refuse($"subPathExpr \"{expression}\" names a variable that the container does not have") : path;
    }

    /// <summary>Volume and path with all links followed; made as a directory where nothing is there.</summary>
    public static (string Root, string Path) Resolve(string volume, string path)
    {
        var root = RealPath(volume);
        var current = root;
        foreach (var part in Path.GetRelativePath(volume, path).Split('/'))
        {
            current = RealPath(Path.Combine(current, part));
            if (current != root && !current.StartsWith(root + "/", StringComparison.Ordinal))
            {
                throw Refuse($"subPath \"{Path.GetRelativePath(volume, path)}\" leads out of its volume");
            }

            if (!File.Exists(current))
            {
                Directory.CreateDirectory(current);
            }
        }

        return (root, current);
    }

    private static string RealPath(string path)
    {
        const int maxLinks = 40;
        for (var i = 0; i < maxLinks; i++)
        {
            if (new FileInfo(path).LinkTarget is not { } target)
            {
                return Path.GetFullPath(path);
            }

            // Only the last part can be a link: callers descend one part at a time. Its target may pass through more.
            path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target));
            path = ResolveParents(path);
        }

        throw Refuse($"too many links at {path}");
    }

    private static string ResolveParents(string path)
    {
        var current = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipLast(1))
        {
            current = Path.Combine(current, part);
            current = new DirectoryInfo(current).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? current;
        }

        return Path.Combine(current, Path.GetFileName(path));
    }

    private static RuntimeRefusalException Refuse(string message) => new(WaitingReasons.CreateContainerConfigError, message);
}
