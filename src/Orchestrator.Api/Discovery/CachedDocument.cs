using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Discovery;

/// <summary>
/// A document that is made once and sent often. Kept compressed, a tenth of its size, because it lies in memory for good and most clients want it
/// that way; with an ETag, so that clients that have it are told so.
/// </summary>
internal sealed class CachedDocument
{
    /// <summary>What fits one packet is not worth compressing.</summary>
    private const int CompressFromBytes = 1400;

    private readonly byte[] _kept;
    private readonly int _lengthBytes;
    private readonly string _contentType;
    private readonly string _etag;

    public CachedDocument(byte[] content, string contentType = JsonResponse.ContentType)
    {
        Hash = Convert.ToHexString(SHA256.HashData(content));
        _etag = $"\"{Hash}\"";
        _contentType = contentType;
        _lengthBytes = content.Length;
        _kept = content.Length < CompressFromBytes ? content : Compress(content);
    }

    /// <summary>Changes with the content: SHA-256 in upper-case hexadecimal digits.</summary>
    public string Hash { get; }

    private bool IsCompressed => _lengthBytes >= CompressFromBytes;

    /// <summary>Answers with it, or with 304.</summary>
    public async ValueTask WriteAsync(ApiCall call)
    {
        var (request, response) = (call.Http.Request, call.Http.Response);
        response.Headers.ETag = _etag;
        response.Headers.Vary = "Accept, Accept-Encoding";
        if (call.Request.QueryValue("hash") == Hash)
        {
            response.Headers.CacheControl = "public, max-age=31536000, immutable";
        }

        if (request.Headers.IfNoneMatch.Any(tags => tags is not null && (tags == "*" || tags.Contains(_etag, StringComparison.Ordinal))))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var gzip = IsCompressed && request.Headers.AcceptEncoding.Any(e => e?.Contains("gzip", StringComparison.OrdinalIgnoreCase) == true);
        if (gzip)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        await JsonResponse.WriteAsync(call.Http, StatusCodes.Status200OK, gzip || !IsCompressed ? _kept : Decompress(), _contentType);
    }

    private byte[] Decompress()
    {
        var content = new byte[_lengthBytes];
        using var gzip = new GZipStream(new MemoryStream(_kept), CompressionMode.Decompress);
        gzip.ReadExactly(content);
        return content;
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }
}
