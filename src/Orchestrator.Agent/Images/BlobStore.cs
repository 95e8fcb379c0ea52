using System.Buffers;
using System.Security.Cryptography;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Images;

/// <summary>
/// Content by its digest, in <c>ROOT/blobs/sha256</c>. A blob appears whole or not at all: it is written aside, flushed, verified and renamed.
/// Several processes may write the same blob at once; the last rename wins and both are the same bytes.
/// </summary>
public sealed class BlobStore
{
    private const int CopyBufferBytes = 128 * 1024;

    private readonly string _blobs;
    private readonly string _ingest;

    public BlobStore(string root)
    {
        _blobs = Path.Combine(root, "blobs", "sha256");
        _ingest = Path.Combine(root, "ingest");
        Directory.CreateDirectory(_blobs);
        Directory.CreateDirectory(_ingest);
    }

    public string PathOf(ContentDigest digest) => Path.Combine(_blobs, digest.Hex);

    public bool Contains(ContentDigest digest) => File.Exists(PathOf(digest));

    public long SizeBytes(ContentDigest digest) => new FileInfo(PathOf(digest)).Length;

    public Stream OpenRead(ContentDigest digest) => Contains(digest)
        ? new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, CopyBufferBytes, useAsync: true)
        : throw new InvalidImageException($"blob {digest} is missing");

    /// <summary>Reads a small document whole.</summary>
    public async Task<byte[]> ReadAsync(ContentDigest digest, int mostBytes, CancellationToken cancel)
    {
        await using var source = OpenRead(digest);
        if (source.Length > mostBytes)
        {
            throw new InvalidImageException($"document {digest} has {source.Length} bytes, over the limit of {mostBytes}");
        }

        var content = new byte[source.Length];
        await source.ReadExactlyAsync(content, cancel);
        return content;
    }

    public async Task<ContentDigest> WriteAsync(byte[] content, CancellationToken cancel)
    {
        using var source = new MemoryStream(content, writable: false);
        return (await WriteAsync(source, null, content.Length, cancel)).Digest;
    }

    /// <summary>Stores what the stream gives.</summary>
    /// <exception cref="InvalidImageException">It is longer than <paramref name="mostBytes"/>, or is not what <paramref name="expected"/> names.</exception>
    public async Task<(ContentDigest Digest, long SizeBytes)> WriteAsync(Stream source, ContentDigest? expected, long mostBytes, CancellationToken cancel)
    {
        var temporary = Path.Combine(_ingest, Guid.NewGuid().ToString("N"));
        try
        {
            var (digest, size) = await CopyAsync(source, temporary, mostBytes, cancel);
            if (expected is { } wanted && wanted != digest)
            {
                throw new InvalidImageException($"content of {size} bytes has digest {digest}, not {wanted}");
            }

            File.Move(temporary, PathOf(digest), overwrite: true);
            Posix.SyncDirectory(_blobs);
            return (digest, size);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Deletes all blobs that <paramref name="isUsed"/> does not claim; the caller holds the store's exclusive lock, so no import is under way.</summary>
    internal void DeleteUnused(Func<ContentDigest, bool> isUsed)
    {
        foreach (var path in Directory.EnumerateFiles(_blobs))
        {
            if (ContentDigest.TryParse("sha256:" + Path.GetFileName(path), out var digest) && !isUsed(digest))
            {
                File.Delete(path);
            }
        }

        foreach (var leftover in Directory.EnumerateFiles(_ingest))
        {
            File.Delete(leftover);
        }
    }

    private static async Task<(ContentDigest Digest, long SizeBytes)> CopyAsync(Stream source, string path, long mostBytes, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferBytes);
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            long size = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, cancel)) > 0)
            {
                size += read;
                if (size > mostBytes)
                {
                    throw new InvalidImageException($"content is longer than the {mostBytes} bytes allowed");
                }

                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            }

            file.Flush(flushToDisk: true);
            return (ContentDigest.FromHash(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
