using System.Text;
using System.Text.Json;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Images;

/// <param name="Reference">Canonical name.</param>
/// <param name="Digest">Digest of the manifest for this machine's platform: the image's id.</param>
/// <param name="SizeBytes">Of config and layers, compressed as stored.</param>
public sealed record StoredImage(string Reference, ContentDigest Digest, OciManifest Manifest, OciImageConfig Config, long SizeBytes, DateTimeOffset StoredAt);

/// <summary>
/// Images on disk: blobs by digest and one small file per reference. Any number of processes may use one store: writers of content hold its lock shared,
/// removal holds it exclusively, so that nothing is collected between being written and being referenced. A crash leaves unreferenced blobs at worst;
/// the next removal collects them.
/// </summary>
public sealed class ImageStore
{
    internal const int MostDocumentBytes = 4 << 20;
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(2);

    private readonly string _references;
    private readonly string _lock;
    private readonly TimeProvider _time;

    public ImageStore(string root, TimeProvider time)
    {
        Blobs = new BlobStore(root);
        _references = Path.Combine(root, "references");
        _lock = Path.Combine(root, "lock");
        _time = time;
        Directory.CreateDirectory(_references);
    }

    public BlobStore Blobs { get; }

    /// <summary>The image of that name, or with that digest (<c>sha256:...</c>), or null.</summary>
    public async Task<StoredImage?> FindAsync(string referenceOrDigest, CancellationToken cancel)
    {
        if (!ContentDigest.TryParse(referenceOrDigest, out var digest))
        {
            return ReadRecord(PathOf(ImageReference.Parse(referenceOrDigest))) is { } record ? await LoadAsync(record, cancel) : null;
        }

        foreach (var record in Records().Where(record => record.Manifest.Digest == digest.ToString()))
        {
            return await LoadAsync(record, cancel);
        }

        return null;
    }

    /// <summary>All images, by name.</summary>
    public async Task<IReadOnlyList<StoredImage>> ListAsync(CancellationToken cancel)
    {
        var images = new List<StoredImage>();
        foreach (var record in Records().OrderBy(record => record.Reference, StringComparer.Ordinal))
        {
            if (await LoadAsync(record, cancel) is { } image)
            {
                images.Add(image);
            }
        }

        return images;
    }

    /// <summary>Forgets the name, and deletes content that no other name uses; false if there was no such name.</summary>
    public async Task<bool> RemoveAsync(string reference, CancellationToken cancel)
    {
        using var exclusive = await LockFile.TakeAsync(_lock, exclusive: true, LockTimeout, _time, cancel);
        var path = PathOf(ImageReference.Parse(reference));
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        Posix.SyncDirectory(_references);
        await CollectAsync(cancel);
        return true;
    }

    /// <summary>Held while content is written, until it is referenced.</summary>
    internal Task<IDisposable> LockForWritingAsync(CancellationToken cancel) => LockFile.TakeAsync(_lock, exclusive: false, LockTimeout, _time, cancel);

    /// <summary>Gives a stored manifest a name, replacing what had it. The caller holds the lock for writing.</summary>
    internal async Task<StoredImage> NameAsync(ImageReference reference, OciDescriptor manifest, CancellationToken cancel)
    {
        var record = new ImageRecord(reference.ToString(), manifest, _time.GetUtcNow());
        var image = await LoadAsync(record, cancel) ?? throw new InvalidImageException($"manifest {manifest.Digest} of {reference} is missing");
        RequireComplete(image);
        AtomicFile.Write(PathOf(reference), JsonSerializer.SerializeToUtf8Bytes(record, OciJson.Default.ImageRecord));
        return image;
    }

    private void RequireComplete(StoredImage image)
    {
        foreach (var layer in image.Manifest.Layers)
        {
            if (!OciMediaTypes.IsSupportedLayer(layer.MediaType))
            {
                throw new InvalidImageException($"{image.Reference}: layers of type \"{layer.MediaType}\" are not supported");
            }

            if (!Blobs.Contains(ContentDigest.Parse(layer.Digest)))
            {
                throw new InvalidImageException($"{image.Reference}: layer {layer.Digest} is missing");
            }
        }
    }

    private async Task<StoredImage?> LoadAsync(ImageRecord record, CancellationToken cancel)
    {
        var digest = ContentDigest.Parse(record.Manifest.Digest);
        if (!Blobs.Contains(digest))
        {
            return null;
        }

        var manifest = OciDocument.Read(await Blobs.ReadAsync(digest, MostDocumentBytes, cancel), OciJson.Default.OciManifest, "manifest");
        var config = OciDocument.Read(await Blobs.ReadAsync(ContentDigest.Parse(manifest.Config.Digest), MostDocumentBytes, cancel), OciJson.Default.OciImageConfig, "config");
        return new StoredImage(record.Reference, digest, manifest, config, manifest.Config.Size + manifest.Layers.Sum(layer => layer.Size), record.StoredAt);
    }

    private async Task CollectAsync(CancellationToken cancel)
    {
        var used = new HashSet<ContentDigest>();
        foreach (var image in await ListAsync(cancel))
        {
            used.Add(image.Digest);
            used.Add(ContentDigest.Parse(image.Manifest.Config.Digest));
            used.UnionWith(image.Manifest.Layers.Select(layer => ContentDigest.Parse(layer.Digest)));
        }

        Blobs.DeleteUnused(used.Contains);
    }

    private IEnumerable<ImageRecord> Records() =>
        Directory.EnumerateFiles(_references, "*.json").Select(ReadRecord).OfType<ImageRecord>();

    private static ImageRecord? ReadRecord(string path)
    {
        try
        {
            return OciDocument.Read(File.ReadAllBytes(path), OciJson.Default.ImageRecord, "reference");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // References hold characters that file names cannot; their digest is as unique.
    private string PathOf(ImageReference reference) =>
        Path.Combine(_references, ContentDigest.Of(Encoding.UTF8.GetBytes(reference.ToString())).Hex + ".json");
}
