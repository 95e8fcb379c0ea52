using Orchestrator.Agent.Images;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>Images unpacked into directories, one per digest, made once and shared by all agents of the image store. Machines see them read-only.</summary>
internal sealed class ImageRoots(QemuOptions options, ImageStore images, TimeProvider time)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The image's root directory.</summary>
    /// <exception cref="InvalidImageException">It cannot be unpacked.</exception>
    public async Task<string> EnsureAsync(StoredImage image, CancellationToken cancel)
    {
        var root = Path.Combine(options.ImageStoreDirectory, "roots");
        var complete = Path.Combine(root, image.Digest.Hex);
        if (Directory.Exists(complete))
        {
            return complete;
        }

        using var exclusive = await LockFile.TakeAsync(Path.Combine(root, image.Digest.Hex + ".lock"), exclusive: true, LockTimeout, time, cancel);
        if (Directory.Exists(complete))
        {
            return complete;
        }

        var partial = complete + ".part";
        if (Directory.Exists(partial))
        {
            // Left by a crash: the lock says that nobody works on it.
            Directory.Delete(partial, recursive: true);
        }

        Directory.CreateDirectory(partial);
        await new LayerUnpacker(images.Blobs, new UnpackLimits()).UnpackAsync(image.Manifest, partial, cancel);
        Directory.Move(partial, complete);
        Posix.SyncDirectory(root);
        return complete;
    }

    /// <summary>A file of an image as text; empty if it has none.</summary>
    public static string Read(string root, string path) =>
        RootedPath.Resolve(root, path, createParents: false) is { } file && new FileInfo(file) is { Exists: true, LinkTarget: null } ? File.ReadAllText(file) : "";
}
