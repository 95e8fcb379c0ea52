namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>
/// runc makes the pod's control group on the way to a container's, but removes only the latter. Left alone, empty groups would pile up
/// for every pod that ever ran.
/// </summary>
internal static class PodControlGroup
{
    private const string Root = "/sys/fs/cgroup";

    /// <param name="path">Group below every hierarchy's root, with a leading slash.</param>
    public static void RemoveEmpty(string path)
    {
        string[] hierarchies = File.Exists(Path.Combine(Root, "cgroup.controllers"))
            ? [Root]
            : [.. Directory.EnumerateDirectories(Root)];
        foreach (var hierarchy in hierarchies)
        {
            try
            {
                // Without recursion this is rmdir, which the kernel refuses for a group that still has members.
                Directory.Delete(hierarchy + path, recursive: false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Not in this hierarchy, or still in use: the next removal tries again.
            }
        }
    }
}
