using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Decoding.Protobuf;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Reviews;

namespace Orchestrator.Api.Auditing;

/// <summary>Events as lines of JSON (<c>audit.k8s.io/v1 Event</c>).</summary>
internal static class AuditEvents
{
    private const int MaxDepth = 64;

    public static byte[] Line(HttpContext context, AuditRecord record, AuditStage stage, DateTimeOffset now)
    {
        var request = record.Request;
        var audited = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "audit.k8s.io/v1",
            ["level"] = record.Decision.Level.ToString(),
            ["auditID"] = record.Id,
            ["stage"] = stage.ToString(),
            ["requestURI"] = $"{context.Request.Path}{context.Request.QueryString}",
            ["verb"] = request.Verb,
            ["user"] = record.User is { } user ? UserJson.Of(user) : new JsonObject(),
        };
        Add(audited, "impersonatedUser", record.Impersonated is { } other ? UserJson.Of(other) : null);
        Add(audited, "sourceIPs", context.Connection.RemoteIpAddress is { } address ? new JsonArray(address.ToString()) : null);
        Add(audited, "userAgent", context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? JsonValue.Create(agent) : null);
        Add(audited, "objectRef", request.IsResource ? Reference(record) : null);
        if (stage != AuditStage.RequestReceived)
        {
            audited["responseStatus"] = Status(context, record);
            Add(audited, "requestObject", record.RequestBody is var (bytes, type) ? Body(bytes, type, record) : null);
            Add(audited, "responseObject", record.ResponseBody is { } response ? Body(response, JsonResponse.ContentType, record) : null);
        }

        audited["requestReceivedTimestamp"] = Time(record.Received);
        audited["stageTimestamp"] = Time(now);
        var annotations = record.Annotations();
        if (record.IsTruncated)
        {
            (annotations ??= [])["audit.k8s.io/truncated"] = "true";
        }

        Add(audited, "annotations", annotations);
        return [.. JsonBuffer.Serialize(audited), (byte)'\n'];
    }

    private static JsonObject Reference(AuditRecord record)
    {
        var (request, reference) = (record.Request, new JsonObject { ["resource"] = record.Request.Resource });
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
            [("namespace", request.AuthorizationNamespace), ("name", request.Name), ("apiGroup", request.Group), ("apiVersion", request.Version), ("subresource", request.Subresource)])
        {
            if (value.Length > 0)
            {
                reference[name] = value;
            }
        }

        return reference;
    }

    private static JsonObject Status(HttpContext context, AuditRecord record)
    {
        var status = new JsonObject { ["metadata"] = new JsonObject() };
        if (record.Error is { } error)
        {
            status["status"] = "Failure";
            status["message"] = error.Message;
            status["reason"] = error.Reason;
        }

        status["code"] = record.Error?.Code ?? context.Response.StatusCode;
        return status;
    }

    /// <summary>A body that cannot be read is left out; what is wrong with it is in the response.</summary>
    private static JsonNode? Body(byte[] bytes, string? contentType, AuditRecord record)
    {
        try
        {
            var mediaType = MediaTypes.Of(contentType);
            var body = bytes.Length == 0 ? null
                : mediaType == MediaTypes.Protobuf ? ProtobufTree.Parse(bytes, MaxDepth)
                : MediaTypes.IsYaml(mediaType) ? YamlTree.Parse(new StreamReader(new MemoryStream(bytes)), MaxDepth)
                : JsonTree.Parse(new ReadOnlySequence<byte>(bytes), MaxDepth, dropNulls: false);
            if (record.Decision.OmitManagedFields)
            {
                OmitManagedFields(body);
            }

            return body;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void OmitManagedFields(JsonNode? body)
    {
        if (body is not JsonObject obj)
        {
            return;
        }

        (obj["metadata"] as JsonObject)?.Remove("managedFields");
        foreach (var item in obj["items"] as JsonArray ?? [])
        {
            OmitManagedFields(item);
        }
    }

    private static void Add(JsonObject audited, string name, JsonNode? value)
    {
        if (value is not null)
        {
            audited[name] = value;
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
