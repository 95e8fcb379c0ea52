using System.Formats.Tar;
using System.IO.Compression;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Images;

/// <param name="MostBytes">Of all files together, unpacked.</param>
/// <param name="MostEntries">Of all layers together.</param>
public sealed record UnpackLimits(long MostBytes = 32L << 30, int MostEntries = 2_000_000);

/// <summary>
/// Unpacks an image's layers, lowest first, into a root directory (image-spec, "layer.md"): owners, modes, links and whiteouts.
/// Device nodes are left out, since guests and containers get a <c>/dev</c> of their own. Owners need root.
/// </summary>
public sealed class LayerUnpacker(BlobStore blobs, UnpackLimits limits)
{
    private const string WhiteoutPrefix = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";
    private const UnixFileMode ModeMask = (UnixFileMode)0xFFF;

    private long _bytes;
    private int _entries;

    /// <summary>Unpacks into <paramref name="root"/>, which exists and is empty.</summary>
    /// <exception cref="InvalidImageException">A layer is damaged, unsupported or over a limit; what is unpacked so far is worthless then.</exception>
    public async Task UnpackAsync(OciManifest manifest, string root, CancellationToken cancel)
    {
        foreach (var layer in manifest.Layers)
        {
            if (!OciMediaTypes.IsSupportedLayer(layer.MediaType))
            {
                throw new InvalidImageException($"layers of type \"{layer.MediaType}\" are not supported");
            }

            await using var blob = blobs.OpenRead(ContentDigest.Parse(layer.Digest));
            await using var tar = layer.MediaType == OciMediaTypes.Layer ? blob : new GZipStream(blob, CompressionMode.Decompress);
            try
            {
                await ApplyAsync(tar, root, cancel);
            }
            catch (Exception error) when (error is FormatException or InvalidDataException or EndOfStreamException)
            {
                throw new InvalidImageException($"layer {layer.Digest} is not a valid tar: {error.Message}", error);
            }
        }
    }

    private async Task ApplyAsync(Stream layer, string root, CancellationToken cancel)
    {
        var fromThisLayer = new HashSet<string>(StringComparer.Ordinal);
        await using var tar = new TarReader(layer, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            Count(entry);
            var path = RootedPath.Resolve(root, entry.Name, createParents: true)!;
            var name = Path.GetFileName(path);
            if (name == OpaqueWhiteout)
            {
                Hide(Path.GetDirectoryName(path)!, fromThisLayer);
            }
            else if (name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
            {
                Delete(Path.Combine(Path.GetDirectoryName(path)!, name[WhiteoutPrefix.Length..]));
            }
            else if (await WriteAsync(entry, root, path, cancel))
            {
                fromThisLayer.Add(path);
            }
        }
    }

    private void Count(TarEntry entry)
    {
        _bytes += entry.Length;
        if (++_entries > limits.MostEntries || _bytes > limits.MostBytes)
        {
            throw new InvalidImageException($"the image unpacks to more than {limits.MostBytes} bytes or {limits.MostEntries} entries");
        }
    }

    private static async Task<bool> WriteAsync(TarEntry entry, string root, string path, CancellationToken cancel)
    {
        if (path == root)
        {
            File.SetUnixFileMode(path, entry.Mode & ModeMask);
            return false;
        }

        var isDirectory = entry.EntryType is TarEntryType.Directory;
        if (!isDirectory || new DirectoryInfo(path) is { LinkTarget: not null } || !Directory.Exists(path))
        {
            Delete(path);
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await WriteFileAsync(entry, path, cancel);
                break;
            case TarEntryType.SymbolicLink:
                File.CreateSymbolicLink(path, entry.LinkName);
                break;
            case TarEntryType.HardLink:
                LinkTo(entry, root, path);
                return true;
            case TarEntryType.Fifo:
                Posix.CreateFifo(path, entry.Mode & ModeMask);
                break;
            case TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.GlobalExtendedAttributes:
                return false;
            default:
                throw new InvalidImageException($"{entry.Name}: entries of type {entry.EntryType} are not supported");
        }

        SetOwnerAndMode(entry, path);
        return true;
    }

    private static async Task WriteFileAsync(TarEntry entry, string path, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);
        if (entry.DataStream is { } data)
        {
            await data.CopyToAsync(file, cancel);
        }
    }

    private static void LinkTo(TarEntry entry, string root, string path)
    {
        var target = RootedPath.Resolve(root, entry.LinkName, createParents: false);
        if (target is null || !File.Exists(target))
        {
            throw new InvalidImageException($"{entry.Name}: hard link to {entry.LinkName}, which is not in the image");
        }

        Posix.CreateHardLink(target, path);
    }

    private static void SetOwnerAndMode(TarEntry entry, string path)
    {
        if (Posix.IsRoot)
        {
            Posix.ChangeOwner(path, entry.Uid, entry.Gid);
        }

        if (entry.EntryType is not TarEntryType.SymbolicLink)
        {
            // After the owner: changing it clears the set-user-id bit.
            File.SetUnixFileMode(path, entry.Mode & ModeMask);
            if (entry.EntryType is not TarEntryType.Directory)
            {
                File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
            }
        }
    }

    private static void Hide(string directory, HashSet<string> keep)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(directory).Where(path => !keep.Contains(path)))
        {
            Delete(path);
        }
    }

    private static void Delete(string path)
    {
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null } directory)
        {
            directory.Delete(recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
