namespace Orchestrator.Agent.Images;

/// <summary>
/// Resolves paths inside a root directory as the kernel would after <c>chroot</c>: symbolic links, absolute or with <c>..</c>, never lead out of it.
/// Layers come from strangers, and are unpacked by root.
/// </summary>
internal static class RootedPath
{
    private const int MostLinks = 40;

    /// <summary>The place on the host of <paramref name="path"/>; its last part is not followed. Missing directories on the way are created if asked for, else it is null.</summary>
    public static string? Resolve(string root, string path, bool createParents)
    {
        var pending = new Stack<string>(Parts(path).Reverse());
        var resolved = new List<string>();
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                if (resolved.Count > 0)
                {
                    resolved.RemoveAt(resolved.Count - 1);
                }

                continue;
            }

            resolved.Add(part);
            if (pending.Count == 0)
            {
                break;
            }

            if (!Enter(root, resolved, pending, createParents, ref links, path))
            {
                return null;
            }
        }

        return Path.Combine([root, .. resolved]);
    }

    private static bool Enter(string root, List<string> resolved, Stack<string> pending, bool create, ref int links, string path)
    {
        var directory = new DirectoryInfo(Path.Combine([root, .. resolved]));
        if (directory.LinkTarget is { } target)
        {
            if (++links > MostLinks)
            {
                throw new InvalidImageException($"{path}: more than {MostLinks} symbolic links");
            }

            resolved.RemoveAt(resolved.Count - 1);
            if (target.StartsWith('/'))
            {
                resolved.Clear();
            }

            foreach (var part in Parts(target).Reverse())
            {
                pending.Push(part);
            }

            return true;
        }

        if (File.Exists(directory.FullName))
        {
            return create ? throw new InvalidImageException($"{path}: {directory.Name} is a file, not a directory") : false;
        }

        if (!directory.Exists && create)
        {
            directory.Create();
        }

        return directory.Exists;
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
