using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Yarp.ReverseProxy.Forwarder;

namespace Orchestrator.Api.Subresources.Proxies;

/// <summary>
/// Passes a request on and its answer back, with upgrades (WebSocket) and trailers. Who the client is to this API is not passed on: neither its token nor whom
/// it impersonates. As Kubernetes, what answers learns the original path by <c>X-Forwarded-Uri</c>, and redirects are led back through the proxy.
/// </summary>
internal sealed class ProxyForwarder(IHttpForwarder forwarder, IHostApplicationLifetime lifetime)
{
    /// <summary>Verbs of what is passed on, by the method of the request.</summary>
    public static readonly IReadOnlyList<string> Verbs = ["create", "delete", "get", "patch", "update"];

    // Streams behind a proxy may be silent for long; the client's end ends them.
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromHours(4),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Null once answered.</summary>
    /// <param name="call">The request.</param>
    /// <param name="path">Its path, cut.</param>
    /// <param name="client">How the destination is connected to.</param>
    /// <param name="destination">Scheme and authority of who is to answer.</param>
    public async ValueTask<StatusError?> ForwardAsync(ApiCall call, RawPath path, HttpMessageInvoker client, Uri destination)
    {
        var http = call.Http;
        if (path.Rest.Length == 0)
        {
            // Relative links of what answers only work below a slash.
            http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            http.Response.Headers.Location = path.Own + "/" + path.Query;
            return null;
        }

        call.LeaveSeat();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel, lifetime.ApplicationStopping);
        var prefix = destination.GetLeftPart(UriPartial.Authority);
        var error = await forwarder.SendAsync(http, prefix, client, Config, new Transform(path, destination), over.Token);
        if (error == ForwarderError.None || http.Response.HasStarted)
        {
            return null;
        }

        var why = http.Features.Get<IForwarderErrorFeature>()?.Exception;
        return StatusErrors.ServiceUnavailable($"error trying to reach service: {why?.InnerException?.Message ?? why?.Message ?? error.ToString()}");
    }

    private sealed class Transform(RawPath path, Uri destination) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = new Uri(destinationPrefix + path.Rest + path.Query);
            proxyRequest.Headers.Host = null;
            proxyRequest.Headers.Remove("Authorization");
            foreach (var name in httpContext.Request.Headers.Keys.Where(n => n.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)))
            {
                proxyRequest.Headers.Remove(name);
            }

            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Uri", path.Own + path.Rest);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Host", httpContext.Request.Host.Value);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var answers = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            if (proxyResponse?.Headers.Location is { } location && Through(location) is { } led)
            {
                httpContext.Response.Headers.Location = led;
            }

            return answers;
        }

        /// <summary>A redirect within the destination, as seen from outside; others stay as they are.</summary>
        private string? Through(Uri location) =>
            location.IsAbsoluteUri
                ? location.Authority == destination.Authority ? path.Own + location.PathAndQuery : null
                : location.OriginalString.StartsWith('/') ? path.Own + location.OriginalString : null;
    }
}
