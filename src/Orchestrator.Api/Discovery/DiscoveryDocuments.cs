using System.Collections.Concurrent;
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
            var list = Made($"{path} {version}", () => path == "/api" ? aggregated.Core(version) : aggregated.Named(version));
            await JsonResponse.WriteAsync(call.Http, 200, list!, AggregatedDocuments.ContentType(version));
            return null;
        }

        if (path == "/openapi/v2" && OpenApiV2Document.IsProtobufWanted(accept))
        {
            await JsonResponse.WriteAsync(call.Http, 200, OpenApiV2Document.WriteProtobuf(), OpenApiV2Document.ProtobufType);
            return null;
        }

        if (path == "/openapi/v2" && !OpenApiV2Document.IsAcceptable(accept))
        {
            return StatusErrors.NotAcceptable(JsonResponse.ContentType);
        }

        if (!IsKnown(path) || Made(path, () => Make(path)) is not { } document)
        {
            return StatusErrors.PathNotFound;
        }

        await JsonResponse.WriteAsync(call.Http, 200, document);
        return null;
    }

    private byte[]? Made(string key, Func<byte[]?> make)
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

    private byte[]? Make(string path) => path switch
    {
        "/api" => groups.CoreVersions(),
        "/apis" => groups.GroupList(),
        "/version" => VersionDocument.Write(),
        "/openapi/v2" => openApiV2.Write(),
        "/openapi/v3" => openApi.Index(),
        _ when kinds.Current.All.FirstOrDefault(k => path == PathOf(k)) is { } kind => groups.Resources(kind.Group, kind.Version),
        _ when kinds.Current.All.FirstOrDefault(k => path == $"/openapi/v3{PathOf(k)}") is { } kind => openApi.Document(kind.Group, kind.Version),
        _ when kinds.Current.All.FirstOrDefault(k => k.Group.Length > 0 && path == $"/apis/{k.Group}") is { } kind => groups.Group(kind.Group),
        _ => null,
    };

    /// <param name="Kinds">What the documents tell of.</param>
    private sealed record MadeDocuments(KindRegistry Kinds)
    {
        public ConcurrentDictionary<string, byte[]?> Documents { get; } = new(StringComparer.Ordinal);
    }

    private static string PathOf(ResourceKind kind) => kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
}
