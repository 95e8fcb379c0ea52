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
    private const int MaxAnnotations = 64;
    private const int MaxAnnotationLength = 4096;

    private readonly SortedDictionary<string, string> _annotations = new(StringComparer.Ordinal);

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

    /// <summary>What was noted of the request on its way; null for nothing.</summary>
    public JsonObject? Annotations()
    {
        if (Authorization is null && _annotations.Count == 0)
        {
            return null;
        }

        var annotations = new JsonObject();
        if (Authorization is { } authorization)
        {
            annotations["authorization.k8s.io/decision"] = authorization.Allowed ? "allow" : "forbid";
            annotations["authorization.k8s.io/reason"] = authorization.Reason;
        }

        foreach (var (key, value) in _annotations)
        {
            annotations[key] = value;
        }

        return annotations;
    }

    /// <summary>True where the request is audited, so that what is only for the log need not be worked out for others.</summary>
    public static bool IsKept(HttpContext context) => context.Features.Get<AuditRecord>() is not null;

    /// <summary>Notes something of an audited request; what was noted first stays. Of requests that are not audited nothing is kept.</summary>
    public static void Annotate(HttpContext context, string key, string value)
    {
        if (context.Features.Get<AuditRecord>() is { } record && record._annotations.Count < MaxAnnotations)
        {
            record._annotations.TryAdd(key, value.Length <= MaxAnnotationLength ? value : value[..MaxAnnotationLength]);
        }
    }

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
