using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Security;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Requests;

/// <summary>One authenticated and authorized request on its way through the verbs.</summary>
/// <param name="http">Its HTTP side.</param>
/// <param name="request">What it asks for.</param>
/// <param name="user">Who asks.</param>
/// <param name="seat">What it holds of the server's capacity.</param>
public sealed class ApiCall(HttpContext http, RequestInfo request, UserInfo user, IDisposable? seat = null)
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

    /// <summary>Gives the seat back before the end: for what goes on for as long as the client wants.</summary>
    public void LeaveSeat() => seat?.Dispose();

    /// <summary>The same call with other parameters.</summary>
    public ApiCall With(RequestInfo changed) => new(Http, changed, User, seat) { _warnings = _warnings };

    public void Warn(string text) => (_warnings ??= []).Add(text);
}
