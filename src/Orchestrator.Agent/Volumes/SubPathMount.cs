using System.Globalization;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Volumes;

/// <summary>
/// Mounts a part of a volume on a place of the pod's own, from which the runtime takes it. A container that shares the volume may exchange a directory for a
/// link at any moment; so the part is opened step by step without following any, and what was opened is what is mounted.
/// </summary>
internal static class SubPathMount
{
    /// <param name="volume">The volume, without links in its path.</param>
    /// <param name="part">The part, below it and without links in its path, as it was found.</param>
    /// <param name="target">Where it is mounted; what an earlier attempt of the container mounted there is replaced.</param>
    /// <exception cref="IOException">A link has taken a directory's place since, or it cannot be mounted.</exception>
    public static void Make(string volume, string part, string target)
    {
        Mounts.Release(target);
        using var opened = Posix.OpenBelow(volume, Path.GetRelativePath(volume, part));
        if (Directory.Exists(part))
        {
            Directory.CreateDirectory(target);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, []);
        }

        Mounts.MountBind(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{opened.DangerousGetHandle()}"), target);
    }
}
