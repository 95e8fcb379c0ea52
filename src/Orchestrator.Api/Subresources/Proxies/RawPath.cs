using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orchestrator.Api.Subresources.Proxies;

/// <summary>The part of a request's target that is for whom it is passed on to, as it was sent: what is escaped stays so.</summary>
/// <param name="Own">What leads to the proxy: <c>/api/v1/nodes/a/proxy</c>.</param>
/// <param name="Rest">What follows, with its slash and query; empty where nothing does.</param>
/// <param name="Query">The query, with its question mark; empty for none.</param>
internal readonly record struct RawPath(string Own, string Rest, string Query)
{
    private const string Segment = "/proxy";

    public static RawPath Of(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw && raw[0] == '/'
            ? raw
            : context.Request.PathBase.ToUriComponent() + context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
        return Of(target);
    }

    /// <summary>Pure. A namespace or an object may be called "proxy" as well, so segments are counted, not searched for.</summary>
    internal static RawPath Of(string target)
    {
        const int clusterSegments = 5; // /api/v1/nodes/NAME/proxy
        const int namespacedSegments = 7; // /api/v1/namespaces/NS/pods/NAME/proxy
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (target, "") : (target[..question], target[question..]);
        var isNamespaced = path.StartsWith("/api/v1/namespaces/", StringComparison.Ordinal);
        var end = 0;
        for (var i = 0; i < (isNamespaced ? namespacedSegments : clusterSegments); i++)
        {
            var next = path.IndexOf('/', end + 1);
            end = next < 0 ? path.Length : next;
        }

        return path[..end].EndsWith(Segment, StringComparison.Ordinal)
            ? new RawPath(path[..end], path[end..], query)
            : new RawPath(path, "", query);
    }
}
