using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Imports archives: an OCI image layout in a tar (image-spec, "image-layout.md"), or what <c>docker save</c> writes; either may be gzipped.
/// Every file of the archive becomes a blob under the digest of its real content, so that nothing the archive claims is believed.
/// </summary>
public sealed class ImageArchive(ImageStore store)
{
    private const string ContainerdNameAnnotation = "io.containerd.image.name";
    private const string ReferenceNameAnnotation = "org.opencontainers.image.ref.name";
    private const int MostEntries = 10_000;
    private const long MostEntryBytes = 16L << 30;
    private const int GzipMagic = 0x8B1F;

    /// <summary>Imports all images of the archive.</summary>
    /// <param name="archive">Tar; a gzipped one must be seekable.</param>
    /// <param name="name">Name for an archive that has one image and does not name it; overrides the name that it has.</param>
    /// <param name="cancel">Ends the import; nothing is named then.</param>
    /// <exception cref="InvalidImageException">It is no archive of images, or is damaged, or has no name.</exception>
    public async Task<IReadOnlyList<StoredImage>> ImportAsync(Stream archive, string? name, CancellationToken cancel)
    {
        using var writing = await store.LockForWritingAsync(cancel);
        var files = await ReadEntriesAsync(archive, cancel);
        var found = files.ContainsKey("index.json") ? await ReadLayoutAsync(files, cancel)
            : files.ContainsKey("manifest.json") ? await ReadDockerArchiveAsync(files, cancel)
            : throw new InvalidImageException("the archive has neither index.json (OCI layout) nor manifest.json (docker save)");
        return await NameAsync(found, name, cancel);
    }

    private async Task<IReadOnlyList<StoredImage>> NameAsync(List<(string? Name, OciDescriptor Manifest)> found, string? name, CancellationToken cancel)
    {
        if (name is not null && found.Select(image => image.Manifest.Digest).Distinct().Count() != 1)
        {
            throw new InvalidImageException($"the archive has {found.Count} images, so one name for them cannot be given");
        }

        var images = new List<StoredImage>();
        foreach (var image in name is null ? found : [(name, found[0].Manifest)])
        {
            if (!ImageReference.TryParse(image.Name ?? "", out var reference, out var error))
            {
                throw new InvalidImageException(image.Name is null ? $"the archive does not name image {image.Manifest.Digest}: give a name" : error);
            }

            images.Add(await store.NameAsync(reference, image.Manifest, cancel));
        }

        return images;
    }

    private async Task<Dictionary<string, OciDescriptor>> ReadEntriesAsync(Stream archive, CancellationToken cancel)
    {
        await using var tar = new TarReader(await DecompressAsync(archive, cancel));
        var files = new Dictionary<string, OciDescriptor>(StringComparer.Ordinal);
        var entries = 0;
        try
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                if (++entries > MostEntries)
                {
                    throw new InvalidImageException($"the archive has more than {MostEntries} entries");
                }

                await ReadEntryAsync(entry, files, cancel);
            }
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or EndOfStreamException)
        {
            throw new InvalidImageException($"the archive is not a valid tar: {error.Message}", error);
        }

        return files;
    }

    private async Task ReadEntryAsync(TarEntry entry, Dictionary<string, OciDescriptor> files, CancellationToken cancel)
    {
        var path = entry.Name.TrimStart('.').TrimStart('/');
        if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
        {
            var (digest, size) = await store.Blobs.WriteAsync(entry.DataStream ?? Stream.Null, null, MostEntryBytes, cancel);
            files[path] = new OciDescriptor("", digest.ToString(), size);
        }
        else if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            // docker save writes a layer that two images share once, and links to it.
            var target = entry.EntryType is TarEntryType.HardLink ? entry.LinkName : Path.GetRelativePath("/", Path.Combine("/", Path.GetDirectoryName(path) ?? "", entry.LinkName));
            if (files.TryGetValue(target, out var linked))
            {
                files[path] = linked;
            }
        }
    }

    private async Task<List<(string?, OciDescriptor)>> ReadLayoutAsync(Dictionary<string, OciDescriptor> files, CancellationToken cancel)
    {
        var index = await ReadAsync(files["index.json"].Digest, OciJson.Default.OciIndex, "index.json", cancel);
        var images = new List<(string?, OciDescriptor)>();
        foreach (var descriptor in index.Manifests)
        {
            var name = descriptor.Annotations?.GetValueOrDefault(ContainerdNameAnnotation) ?? NameWithRepository(descriptor);
            images.Add((name, await ResolveAsync(descriptor, cancel)));
        }

        return images.Count > 0 ? images : throw new InvalidImageException("index.json of the archive lists no images");
    }

    // The OCI annotation is often the tag alone, which names nothing.
    private static string? NameWithRepository(OciDescriptor descriptor) =>
        descriptor.Annotations?.GetValueOrDefault(ReferenceNameAnnotation) is { } name && (name.Contains('/') || name.Contains(':')) ? name : null;

    private async Task<OciDescriptor> ResolveAsync(OciDescriptor descriptor, CancellationToken cancel)
    {
        if (!OciMediaTypes.IsIndex(descriptor.MediaType))
        {
            return descriptor with { Annotations = null };
        }

        var index = await ReadAsync(descriptor.Digest, OciJson.Default.OciIndex, "index", cancel);
        return OciDocument.ChooseManifest(index, ImagePlatform.Architecture) with { Annotations = null };
    }

    private async Task<List<(string?, OciDescriptor)>> ReadDockerArchiveAsync(Dictionary<string, OciDescriptor> files, CancellationToken cancel)
    {
        var images = new List<(string?, OciDescriptor)>();
        foreach (var image in await ReadAsync(files["manifest.json"].Digest, OciJson.Default.IReadOnlyListDockerArchiveImage, "manifest.json", cancel))
        {
            var layers = new List<OciDescriptor>();
            foreach (var layer in image.Layers)
            {
                var file = FileOf(files, layer);
                layers.Add(file with { MediaType = await IsGzipAsync(file, cancel) ? OciMediaTypes.GzipLayer : OciMediaTypes.Layer });
            }

            var manifest = new OciManifest(2, FileOf(files, image.Config) with { MediaType = OciMediaTypes.Config }, layers) { MediaType = OciMediaTypes.Manifest };
            var json = JsonSerializer.SerializeToUtf8Bytes(manifest, OciJson.Default.OciManifest);
            var descriptor = new OciDescriptor(OciMediaTypes.Manifest, (await store.Blobs.WriteAsync(json, cancel)).ToString(), json.Length);
            if (image.RepoTags is not { Count: > 0 } tags)
            {
                images.Add((null, descriptor));
                continue;
            }

            images.AddRange(tags.Select(tag => ((string?)tag, descriptor)));
        }

        return images.Count > 0 ? images : throw new InvalidImageException("manifest.json of the archive lists no images");
    }

    private static OciDescriptor FileOf(Dictionary<string, OciDescriptor> files, string path) =>
        files.TryGetValue(path, out var file) ? file : throw new InvalidImageException($"the archive lacks {path}");

    private async Task<T> ReadAsync<T>(string digest, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string what, CancellationToken cancel) =>
        OciDocument.Read(await store.Blobs.ReadAsync(ContentDigest.Parse(digest), ImageStore.MostDocumentBytes, cancel), type, what);

    private async Task<bool> IsGzipAsync(OciDescriptor file, CancellationToken cancel)
    {
        await using var content = store.Blobs.OpenRead(ContentDigest.Parse(file.Digest));
        var magic = new byte[2];
        return await content.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancel) == 2 && BitConverter.ToUInt16(magic) == GzipMagic;
    }

    private static async Task<Stream> DecompressAsync(Stream archive, CancellationToken cancel)
    {
        var buffered = new BufferedStream(archive, 128 * 1024);
        if (archive.CanSeek)
        {
            var start = archive.Position;
            var magic = new byte[2];
            var isGzip = await archive.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancel) == 2 && BitConverter.ToUInt16(magic) == GzipMagic;
            archive.Position = start;
            return isGzip ? new GZipStream(buffered, CompressionMode.Decompress) : buffered;
        }

        return buffered;
    }
}
