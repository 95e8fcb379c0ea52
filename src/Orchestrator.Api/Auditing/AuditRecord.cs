using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Auditing;

/// <summary>What is known of one audited request; a feature of its context, so that whoever reads or writes a body can leave it here.</summary>
internal sealed class AuditRecord(RequestInfo request, AuditDecision decision, AuditOptions options, DateTimeOffset received)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public RequestInfo Request { get; } = request;

    public AuditDecision Decision { get; } = decision;

    public DateTimeOffset Received { get; } = received;

    public UserInfo? User { get; init; }

    public UserInfo? Impersonated { get; set; }

    /// <summary>Whether an authorizer has allowed it, and why; null where none was asked.</summary>
    public AuthorizationDecision? Authorization { get; set; }

    public StatusError? Error { get; set; }

    /// <summary>The request's body and its media type, where the level asks for it.</summary>
    public (byte[] Bytes, string? ContentType)? RequestBody { get; private set; }

    public byte[]? ResponseBody { get; private set; }

    /// <summary>True where a body was too large to be recorded.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>True for requests that last, of which the beginning is recorded too.</summary>
    public bool IsLong => Request.Verb == "watch" || Request.Subresource is "exec" or "attach" or "portforward" or "proxy"
        || (Request.Subresource == "log" && Request.QueryFlag("follow"));

    public JsonObject? Annotations => Authorization is not { } authorization ? null : new JsonObject
    {
        ["authorization.k8s.io/decision"] = authorization.Allowed ? "allow" : "forbid",
        ["authorization.k8s.io/reason"] = authorization.Reason,
    };

    public static void TakeRequest(HttpContext context, ReadOnlySequence<byte> body)
    {
        if (context.Features.Get<AuditRecord>() is { Decision.Level: >= AuditLevel.Request } record && record.Fits(body.Length))
        {
            record.RequestBody = (body.ToArray(), context.Request.ContentType);
        }
    }

    public static void TakeResponse(HttpContext context, ReadOnlyMemory<byte> json)
    {
        if (context.Features.Get<AuditRecord>() is { Decision.Level: AuditLevel.RequestResponse, IsLong: false } record && record.Fits(json.Length))
        {
            record.ResponseBody = json.ToArray();
        }
    }

    private bool Fits(long length)
    {
        IsTruncated |= length > options.MaxBodyBytes;
        return length <= options.MaxBodyBytes;
    }
}
