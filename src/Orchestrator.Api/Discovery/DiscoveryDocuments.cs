using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.OpenApi;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Discovery;

/// <summary>Answers what is served here: <c>/api</c>, <c>/apis</c>, <c>/version</c> and <c>/openapi</c>. Each document is made once, and again when the kinds have changed.</summary>
internal sealed class DiscoveryDocuments(ServedKinds kinds, GroupDocuments groups, AggregatedDocuments aggregated, OpenApiV3Documents openApi, OpenApiV2Document openApiV2)
{
    private volatile MadeDocuments _made = new(kinds.Current);

    /// <summary>True for paths that are answered here, be it with 404.</summary>
    public bool Serves(string path)
    {
        var root = path.AsSpan(1);
        var end = root.IndexOf('/');
        return (end < 0 ? root : root[..end]) is "api" or "apis" or "version" or "openapi";
    }

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        if (call.Request.Verb is not ("get" or "head"))
        {
            return StatusErrors.MethodNotSupported(call.Request.Path, call.Request.Verb);
        }

        var path = call.Request.Path.TrimEnd('/');
        var accept = call.Http.Request.Headers.Accept.ToString();
        if (path is "/api" or "/apis" && AggregatedDocuments.VersionOffered(accept) is { } version)
        {
            return await AnswerAsync(call, Made($"{path} {version}", () => new CachedDocument(
                path == "/api" ? aggregated.Core(version) : aggregated.Named(version), AggregatedDocuments.ContentType(version))));
        }

        if (path == "/openapi/v2")
        {
            switch (OpenApiV2Document.IsProtobufWanted(accept))
            {
                case null:
                    return StatusErrors.NotAcceptable(JsonResponse.ContentType, OpenApiV2Document.ProtobufType);
                case true:
                    return await AnswerAsync(call, Made("v2 protobuf", () => new CachedDocument(openApiV2.WriteProtobuf(), OpenApiV2Document.ProtobufType)));
            }
        }

        if (!IsKnown(path) || Made(path, () => Make(path)) is not { } document)
        {
            return StatusErrors.PathNotFound;
        }

        if (path.StartsWith("/openapi/v3/", StringComparison.Ordinal) && call.Request.QueryValue("hash") is { Length: > 0 } hash && hash != document.Hash)
        {
            // What the link named is gone; what is there now can be kept under its own hash only.
            call.Http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            call.Http.Response.Headers.Location = $"{path}?hash={document.Hash}";
            return null;
        }

        return await AnswerAsync(call, document);
    }

    private static async ValueTask<StatusError?> AnswerAsync(ApiCall call, CachedDocument? document)
    {
        if (document is null)
        {
            return StatusErrors.PathNotFound;
        }

        await document.WriteAsync(call);
        return null;
    }

    private CachedDocument? Made(string key, Func<CachedDocument?> make)
    {
        var made = _made;
        if (made.Kinds != kinds.Current)
        {
            _made = made = new MadeDocuments(kinds.Current);
        }

        return made.Documents.GetOrAdd(key, static (_, m) => m(), make);
    }

    /// <summary>Only paths of documents that exist are kept: what clients ask for beyond them is unbounded.</summary>
    private bool IsKnown(string path) =>
        path is "/api" or "/apis" or "/version" or "/openapi/v2" or "/openapi/v3"
        || kinds.Current.All.Any(k => path == $"/apis/{k.Group}" || path == PathOf(k) || path == $"/openapi/v3{PathOf(k)}");

    private CachedDocument? Make(string path)
    {
        if (kinds.Current.All.FirstOrDefault(k => path == $"/openapi/v3{PathOf(k)}") is { } described)
        {
            return openApi.Document(described.Group, described.Version);
        }

        var content = path switch
        {
            "/api" => groups.CoreVersions(),
            "/apis" => groups.GroupList(),
            "/version" => VersionDocument.Write(),
            "/openapi/v2" => openApiV2.Write(),
            "/openapi/v3" => openApi.Index(),
            _ when kinds.Current.All.FirstOrDefault(k => path == PathOf(k)) is { } kind => groups.Resources(kind.Group, kind.Version),
            _ when kinds.Current.All.FirstOrDefault(k => k.Group.Length > 0 && path == $"/apis/{k.Group}") is { } kind => groups.Group(kind.Group),
            _ => null,
        };
        return content is null ? null : new CachedDocument(content);
    }

    /// <param name="Kinds">What the documents tell of.</param>
    private sealed record MadeDocuments(KindRegistry Kinds)
    {
        public ConcurrentDictionary<string, CachedDocument?> Documents { get; } = new(StringComparer.Ordinal);
    }

    private static string PathOf(ResourceKind kind) => kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
}
