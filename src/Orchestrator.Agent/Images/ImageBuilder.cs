using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Builds a single-layer OCI archive from a directory, without a container engine. The same input gives the same bytes: entries are sorted,
/// and times are the epoch.
/// </summary>
public static class ImageBuilder
{
    private const string Epoch = "1970-01-01T00:00:00Z";

    /// <summary>Writes the archive (a tar with an OCI layout) and returns the manifest's digest.</summary>
    public static async Task<ContentDigest> BuildAsync(ImageRecipe recipe, Stream output, CancellationToken cancel)
    {
        var temporary = Path.Combine(Path.GetTempPath(), $"orchestrator-layer-{Guid.NewGuid():N}");
        await using var layerFile = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 * 1024, FileOptions.DeleteOnClose);
        var (layer, diffId) = await WriteLayerAsync(recipe.RootDirectory, layerFile, cancel);
        var config = JsonSerializer.SerializeToUtf8Bytes(Config(recipe, diffId), OciJson.Default.OciImageConfig);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new OciManifest(2, Describe(OciMediaTypes.Config, config), [layer]) { MediaType = OciMediaTypes.Manifest }, OciJson.Default.OciManifest);
        var index = new OciIndex(2, [Describe(OciMediaTypes.Manifest, manifest) with { Platform = new OciPlatform(ImagePlatform.Architecture, "linux"), Annotations = Names(recipe.Reference) }]) { MediaType = OciMediaTypes.Index };

        await using var archive = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        await WriteFileAsync(archive, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(), cancel);
        await WriteFileAsync(archive, "index.json", JsonSerializer.SerializeToUtf8Bytes(index, OciJson.Default.OciIndex), cancel);
        await WriteFileAsync(archive, BlobPath(ContentDigest.Of(manifest)), manifest, cancel);
        await WriteFileAsync(archive, BlobPath(ContentDigest.Of(config)), config, cancel);
        layerFile.Position = 0;
        await WriteEntryAsync(archive, BlobPath(ContentDigest.Parse(layer.Digest)), layerFile, cancel);
        return ContentDigest.Of(manifest);
    }

    private static async Task<(OciDescriptor Layer, ContentDigest DiffId)> WriteLayerAsync(string root, FileStream file, CancellationToken cancel)
    {
        using var plainHash = SHA256.Create();
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        await using (var hashed = new CryptoStream(gzip, plainHash, CryptoStreamMode.Write, leaveOpen: true))
        {
            await using (var tar = new TarWriter(hashed, TarEntryFormat.Pax, leaveOpen: true))
            {
                await WriteTreeAsync(tar, root, cancel);
            }

            await hashed.FlushFinalBlockAsync(cancel);
        }

        await file.FlushAsync(cancel);
        file.Position = 0;
        var digest = ContentDigest.FromHash(await SHA256.HashDataAsync(file, cancel));
        return (new OciDescriptor(OciMediaTypes.GzipLayer, digest.ToString(), file.Length), ContentDigest.FromHash(plainHash.Hash));
    }

    private static async Task WriteTreeAsync(TarWriter tar, string root, CancellationToken cancel)
    {
        // Links are listed, not followed: a link to / must not pull in the machine.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, ReturnSpecialDirectories = false };
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", options).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(root, path);
            var entry = ReadEntry(path, name);
            await using (entry.DataStream)
            {
                await tar.WriteEntryAsync(entry, cancel);
            }
        }
    }

    private static PaxTarEntry ReadEntry(string path, string name)
    {
        var status = Posix.Status(path);
        var type = status.Kind switch
        {
            FileKind.Directory => TarEntryType.Directory,
            FileKind.Regular => TarEntryType.RegularFile,
            FileKind.SymbolicLink => TarEntryType.SymbolicLink,
            var kind => throw new InvalidImageException($"{path}: a {kind} cannot be put into an image"),
        };
        var entry = new PaxTarEntry(type, type is TarEntryType.Directory ? name + "/" : name, new Dictionary<string, string>(StringComparer.Ordinal))
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            Uid = (int)status.UserId,
            Gid = (int)status.GroupId,
        };
        if (type is TarEntryType.SymbolicLink)
        {
            entry.LinkName = new FileInfo(path).LinkTarget!;
            return entry;
        }

        entry.Mode = File.GetUnixFileMode(path);
        if (type is TarEntryType.RegularFile)
        {
            entry.DataStream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }

        return entry;
    }

    private static OciImageConfig Config(ImageRecipe recipe, ContentDigest diffId) => new(ImagePlatform.Architecture, "linux")
    {
        Created = Epoch,
        Config = new OciRunConfig
        {
            User = recipe.User,
            Env = recipe.Environment,
            Entrypoint = recipe.Entrypoint.Count > 0 ? recipe.Entrypoint : null,
            Cmd = recipe.Command.Count > 0 ? recipe.Command : null,
            WorkingDir = recipe.WorkingDirectory,
        },
        RootFileSystem = new OciRootFileSystem("layers", [diffId.ToString()]),
    };

    // containerd reads the first, other tools the second.
    private static Dictionary<string, string> Names(ImageReference reference) => new(StringComparer.Ordinal)
    {
        ["io.containerd.image.name"] = reference.ToString(),
        ["org.opencontainers.image.ref.name"] = reference.Tag ?? "latest",
    };

    private static OciDescriptor Describe(string mediaType, byte[] content) => new(mediaType, ContentDigest.Of(content).ToString(), content.Length);

    private static string BlobPath(ContentDigest digest) => "blobs/sha256/" + digest.Hex;

    private static Task WriteFileAsync(TarWriter archive, string name, byte[] content, CancellationToken cancel) =>
        WriteEntryAsync(archive, name, new MemoryStream(content), cancel);

    private static async Task WriteEntryAsync(TarWriter archive, string name, Stream content, CancellationToken cancel)
    {
        var entry = new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            DataStream = content,
        };
        await archive.WriteEntryAsync(entry, cancel);
    }
}
