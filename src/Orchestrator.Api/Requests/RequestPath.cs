using Microsoft.AspNetCore.Http;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Requests;

/// <summary>Reads a <see cref="RequestInfo"/> from method, path and query (Kubernetes' RequestInfoResolver).</summary>
public static class RequestPath
{
    private const int MaxSegments = 16;
    private const string ProxyPrefix = "proxy/";

    /// <param name="registry">The kinds that are served.</param>
    /// <param name="method">HTTP method, upper-case.</param>
    /// <param name="path">Decoded path.</param>
    /// <param name="query">Query of the request.</param>
    public static RequestInfo Parse(KindRegistry registry, string method, string path, IQueryCollection query)
    {
        Span<Range> ranges = stackalloc Range[MaxSegments];
        var trimmed = path.AsSpan().Trim('/');
        var count = trimmed.Split(ranges, '/');
        if (!TryPrefix(trimmed, ranges[..count], out var group, out var version, out var next) || next >= count)
        {
            return new RequestInfo { Verb = method.ToLowerInvariant(), Path = path, Query = query };
        }

        var rest = ranges[next..count];
        var ns = "";
        // "namespaces/NAME/RESOURCE/..." scopes; "namespaces/NAME", ".../status" and ".../finalize" mean the Namespace itself.
        if (rest.Length > 2 && trimmed[rest[0]] is "namespaces" && trimmed[rest[2]] is not ("status" or "finalize"))
        {
            ns = trimmed[rest[1]].ToString();
            rest = rest[2..];
        }

        var resource = trimmed[rest[0]].ToString();
        var name = rest.Length > 1 ? trimmed[rest[1]].ToString() : "";
        var subresource = rest.Length > 2 ? trimmed[rest[2].Start..].ToString() : "";
        var subresourcePath = "";
        if (subresource.StartsWith(ProxyPrefix, StringComparison.Ordinal))
        {
            (subresource, subresourcePath) = (subresource[..(ProxyPrefix.Length - 1)], subresource[ProxyPrefix.Length..]);
        }

        var kind = registry.Find(group, version, resource);
        return new RequestInfo
        {
            Verb = ResourceVerb(method, name.Length > 0, query),
            Path = path,
            IsResource = true,
            Group = group,
            Version = version,
            Resource = resource,
            Subresource = subresource,
            SubresourcePath = subresourcePath,
            // The namespace of a Namespace is itself, which is what authorization rules mean by it.
            Namespace = ns,
            Name = name,
            Kind = kind,
            Query = query,
        };
    }

    private static bool TryPrefix(ReadOnlySpan<char> path, ReadOnlySpan<Range> segments, out string group, out string version, out int next)
    {
        group = version = "";
        next = 0;
        if (segments.Length >= 2 && path[segments[0]] is "api")
        {
            version = Known(path[segments[1]]);
            next = 2;
            return true;
        }

        if (segments.Length >= 3 && path[segments[0]] is "apis")
        {
            group = path[segments[1]].ToString();
            version = Known(path[segments[2]]);
            next = 3;
            return true;
        }

        return false;
    }

    private static string Known(ReadOnlySpan<char> version) => version is "v1" ? "v1" : version.ToString();

    private static string ResourceVerb(string method, bool hasName, IQueryCollection query) => method switch
    {
        "GET" or "HEAD" when hasName => "get",
        "GET" or "HEAD" => query.TryGetValue("watch", out var watch) && watch is not (["false"] or ["0"]) ? "watch" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" when hasName => "delete",
        "DELETE" => "deletecollection",
        _ => method.ToLowerInvariant(),
    };
}
