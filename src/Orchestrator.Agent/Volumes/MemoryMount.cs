using System.Globalization;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Volumes;

/// <summary>tmpfs mounts, for volumes that must not reach a disk.</summary>
internal static class MemoryMount
{
    /// <summary>Mounts a tmpfs, unless one is mounted there already.</summary>
    /// <param name="directory">Mount point, made if missing.</param>
    /// <param name="sizeBytes">Most it may hold; null is half of the memory, the kernel's own choice.</param>
    public static void Ensure(string directory, long? sizeBytes)
    {
        Directory.CreateDirectory(directory);
        if (!Mounts.IsMounted(directory))
        {
            Mounts.MountMemory(directory, sizeBytes is { } size ? string.Create(CultureInfo.InvariantCulture, $"mode=0777,size={size}") : "mode=0777");
        }
    }
}
