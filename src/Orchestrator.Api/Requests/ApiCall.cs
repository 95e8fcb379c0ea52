using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Security;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Requests;

/// <summary>One authenticated and authorized request on its way through the verbs.</summary>
public sealed class ApiCall(HttpContext http, RequestInfo request, UserInfo user)
{
    private List<string>? _warnings;

    public HttpContext Http { get; } = http;

    public RequestInfo Request { get; } = request;

    public UserInfo User { get; } = user;

    /// <summary>The kind asked for. Only for calls whose kind is registered, which the pipeline has made sure of before any verb or subresource runs.</summary>
    public ResourceKind Kind => Request.Kind ?? throw new InvalidOperationException($"no kind is registered for {Request.Path}");

    public ObjectKey Key => new(Kind.StorageName, Request.Namespace, Request.Name);

    /// <summary>Signalled when the client has gone or the server stops.</summary>
    public CancellationToken Cancel => Http.RequestAborted;

    /// <summary>Texts for <c>Warning: 299</c> headers, which kubectl prints.</summary>
    public IReadOnlyList<string> Warnings => _warnings ?? [];

    public void Warn(string text) => (_warnings ??= []).Add(text);
}
