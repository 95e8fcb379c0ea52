using System.Collections.Concurrent;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Instances;

/// <summary>Images that hold disks or kernels: unpacked once for each digest, and only read from then on.</summary>
internal sealed class ContainerDisks(QemuOptions options, ImageStore images, ImageProvider provider, TimeProvider time)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);

    // A pull may take longer than the step that asks for it: the next try joins it.
    private readonly ConcurrentDictionary<string, Lazy<Task<StoredImage>>> _pulls = new(StringComparer.Ordinal);

    /// <summary>The disk in the image: at the path, or the only file in <c>/disk</c>.</summary>
    /// <exception cref="RuntimeRefusalException">The image cannot be had, or has no such disk.</exception>
    public async Task<string> DiskAsync(string image, string? pullPolicy, string? path, CancellationToken cancel)
    {
        var root = await UnpackedAsync(image, pullPolicy, cancel);
        if (!string.IsNullOrEmpty(path))
        {
            return FileIn(root, image, path);
        }

        var directory = Path.Combine(root, "disk");
        var found = Directory.Exists(directory) ? Directory.EnumerateFiles(directory).Where(f => new FileInfo(f).LinkTarget is null).Take(2).ToList() : [];
        return found.Count == 1 ? found[0]
            : throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"image {image} must have exactly one disk in /disk, or containerDisk.path must name it");
    }

    /// <summary>A file of the image.</summary>
    public async Task<string> FileAsync(string image, string? pullPolicy, string path, CancellationToken cancel) =>
        FileIn(await UnpackedAsync(image, pullPolicy, cancel), image, path);

    private static string FileIn(string root, string image, string path) =>
        RootedPath.Resolve(root, path.TrimStart('/'), createParents: false) is { } file && new FileInfo(file) is { Exists: true, LinkTarget: null }
            ? file
            : throw new RuntimeRefusalException(WaitingReasons.CreateContainerConfigError, $"image {image} has no file {path}");

    private async Task<string> UnpackedAsync(string image, string? pullPolicy, CancellationToken cancel)
    {
        var stored = await PullAsync(image, pullPolicy ?? Model.Rules.Pods.ImageReference.DefaultPullPolicy(image), cancel);
        var store = Path.Combine(options.ImageStoreDirectory, "container-disks");
        var complete = Path.Combine(store, stored.Digest.Hex);
        using var exclusive = await LockFile.TakeAsync(Path.Combine(store, stored.Digest.Hex + ".lock"), exclusive: true, LockTimeout, time, cancel);
        if (!Directory.Exists(complete))
        {
            var partial = complete + ".part";
            if (Directory.Exists(partial))
            {
                // Left by a crash: the lock says that nobody works on it.
                Directory.Delete(partial, recursive: true);
            }

            Directory.CreateDirectory(partial);
            try
            {
                await new LayerUnpacker(images.Blobs, new UnpackLimits()).UnpackAsync(stored.Manifest, partial, cancel);
            }
            catch (InvalidImageException error)
            {
                throw new RuntimeRefusalException("ErrImagePull", error.Message, error);
            }

            Directory.Move(partial, complete);
            Posix.SyncDirectory(store);
        }

        return complete;
    }

    private async Task<StoredImage> PullAsync(string image, string pullPolicy, CancellationToken cancel)
    {
        var key = $"{pullPolicy} {image}";
        var pull = _pulls.GetOrAdd(key, _ => new Lazy<Task<StoredImage>>(async () => (await provider.EnsureAsync(new ImageRequest(image, pullPolicy), CancellationToken.None)).Image));
        try
        {
            return await pull.Value.WaitAsync(cancel);
        }
        finally
        {
            if (pull.Value.IsCompleted)
            {
                _pulls.TryRemove(new KeyValuePair<string, Lazy<Task<StoredImage>>>(key, pull));
            }
        }
    }
}
