using System.Globalization;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Machines;

/// <param name="DiskPath">Raw ext4 disk; never written again, machines write to overlays of their own.</param>
/// <param name="Passwd">The image's <c>/etc/passwd</c>, or empty.</param>
/// <param name="Group">The image's <c>/etc/group</c>, or empty.</param>
internal sealed record RootDisk(string DiskPath, string Passwd, string Group);

/// <summary>Disks made of images, one per image digest, made once and shared by all agents of the image store.</summary>
internal sealed class RootDisks(QemuOptions options, ImageStore images, TimeProvider time)
{
    /// <summary>Room that a container has for what it writes outside of its volumes.</summary>
    private const long FreeBytes = 2L << 30;

    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(5);

    public async Task<RootDisk> EnsureAsync(StoredImage image, CancellationToken cancel)
    {
        var root = Path.Combine(options.ImageStoreDirectory, "root-disks");
        var complete = Path.Combine(root, image.Digest.Hex);
        using var exclusive = await LockFile.TakeAsync(Path.Combine(root, image.Digest.Hex + ".lock"), exclusive: true, LockTimeout, time, cancel);
        if (!Directory.Exists(complete))
        {
            await MakeAsync(image, complete, cancel);
        }

        return new RootDisk(Path.Combine(complete, "disk"), await File.ReadAllTextAsync(Path.Combine(complete, "passwd"), cancel), await File.ReadAllTextAsync(Path.Combine(complete, "group"), cancel));
    }

    /// <summary>A machine's own disk on top of the image's, holding only what it writes.</summary>
    public static Task AddOverlayAsync(RootDisk disk, string path, CancellationToken cancel) =>
        Tool.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", disk.DiskPath, "-F", "raw", path], ToolTimeout, cancel);

    /// <summary>An empty disk for a pod's volumes; takes room as it is written.</summary>
    public static Task MakeVolumeDiskAsync(string path, long sizeBytes, CancellationToken cancel) => FormatAsync(path, sizeBytes, [], cancel);

    private async Task MakeAsync(StoredImage image, string complete, CancellationToken cancel)
    {
        var partial = complete + ".part";
        if (Directory.Exists(partial))
        {
            // Left by a crash: the lock says that nobody works on it.
            Directory.Delete(partial, recursive: true);
        }

        var unpacked = Directory.CreateDirectory(Path.Combine(partial, "unpacked")).FullName;
        await new LayerUnpacker(images.Blobs, new UnpackLimits()).UnpackAsync(image.Manifest, unpacked, cancel);
        var (bytes, entries) = Measure(unpacked);
        await FormatAsync(Path.Combine(partial, "disk"), bytes + (bytes / 8) + FreeBytes, ["-d", unpacked, "-N", ((entries * 2) + 65_536).ToString(CultureInfo.InvariantCulture)], cancel);
        await File.WriteAllTextAsync(Path.Combine(partial, "passwd"), ReadFromImage(unpacked, "etc/passwd"), cancel);
        await File.WriteAllTextAsync(Path.Combine(partial, "group"), ReadFromImage(unpacked, "etc/group"), cancel);
        Directory.Delete(unpacked, recursive: true);
        Directory.Move(partial, complete);
        Posix.SyncDirectory(Path.GetDirectoryName(complete)!);
    }

    private static async Task FormatAsync(string path, long sizeBytes, IEnumerable<string> options, CancellationToken cancel)
    {
        // No journal: a machine that loses power is started anew from a fresh overlay.
        string[] format = ["-q", "-F", "-t", "ext4", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1,root_owner=0:0"];
        var sizeKibibytes = Math.Max(sizeBytes / 1024, 16 * 1024).ToString(CultureInfo.InvariantCulture) + "k";
        await Tool.RunAsync("mke2fs", [.. format, .. options, path, sizeKibibytes], ToolTimeout, cancel);
        using var disk = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        disk.Flush(flushToDisk: true);
    }

    private static (long Bytes, long Entries) Measure(string directory)
    {
        long bytes = 0;
        long entries = 0;
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        foreach (var file in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", all))
        {
            entries++;
            bytes += file is FileInfo { LinkTarget: null } regular ? regular.Length + 4096 : 4096;
        }

        return (bytes, entries);
    }

    private static string ReadFromImage(string root, string path) =>
        RootedPath.Resolve(root, path, createParents: false) is { } file && new FileInfo(file) is { Exists: true, LinkTarget: null } ? File.ReadAllText(file) : "";
}
