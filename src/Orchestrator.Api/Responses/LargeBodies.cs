using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Responses;

/// <summary>Writes bodies, compressed where the client accepts gzip and the body is large, indented where it asks for <c>pretty</c>.</summary>
internal sealed class LargeBodies(ApiOptions options)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public async ValueTask WriteAsync(ApiCall call, int statusCode, ReadOnlyMemory<byte> json)
    {
        if (call.Http.Request.QueryString.HasValue && call.Request.QueryFlag("pretty"))
        {
            using var document = JsonDocument.Parse(json);
            json = JsonSerializer.SerializeToUtf8Bytes(document.RootElement, Indented);
        }

        if (!Compresses(call, json.Length))
        {
            await JsonResponse.WriteAsync(call.Http, statusCode, json);
            return;
        }

        var response = call.Http.Response;
        response.StatusCode = statusCode;
        response.ContentType = JsonResponse.ContentType;
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
        AuditRecord.TakeResponse(call.Http, json);
        await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await gzip.WriteAsync(json, call.Cancel);
    }

    /// <summary>True where a body of that size goes out compressed.</summary>
    public bool Compresses(ApiCall call, long lengthBytes)
    {
        if (lengthBytes < options.CompressFromBytes || HttpMethods.IsHead(call.Http.Request.Method))
        {
            return false;
        }

        foreach (var header in call.Http.Request.Headers.AcceptEncoding)
        {
            if (header?.Contains("gzip", StringComparison.OrdinalIgnoreCase) == true && !header.Contains("gzip;q=0", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
