using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Auditing;

namespace Orchestrator.Api.Responses;

/// <summary>Writes whole JSON bodies that are already bytes.</summary>
public static class JsonResponse
{
    public const string ContentType = "application/json";

    public static async ValueTask WriteAsync(HttpContext context, int statusCode, ReadOnlyMemory<byte> json, string contentType = ContentType)
    {
        var response = context.Response;
        response.StatusCode = statusCode;
        response.ContentType = contentType;
        response.ContentLength = json.Length;
        AuditRecord.TakeResponse(context, json);
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(json, context.RequestAborted);
        }
    }
}
