using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Testing.Images;

/// <summary>
/// A registry on the loopback interface (OCI distribution specification: pulls only) that offers one image under every name and tag, to anybody or to one user.
/// </summary>
public sealed class LocalRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _blobs;
    private readonly byte[] _manifest;
    private readonly string? _authorization;
    private int _manifests;

    private LocalRegistry(Dictionary<string, byte[]> blobs, byte[] manifest, string? authorization)
    {
        (_blobs, _manifest, _authorization) = (blobs, manifest, authorization);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapMethods("/v2/{**path}", ["GET", "HEAD"], AnswerAsync);
    }

    /// <summary>Host and port, as they are in an image's name.</summary>
    public string Authority => new Uri(_app.Urls.First()).Authority;

    /// <summary>Manifests given out.</summary>
    public int Manifests => _manifests;

    /// <param name="archive">An OCI archive of one image.</param>
    /// <param name="user">Who may pull; null for everybody.</param>
    /// <param name="password">That user's password.</param>
    public static async Task<LocalRegistry> StartAsync(string archive, string? user = null, string? password = null)
    {
        var blobs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        byte[] index = [];
        await using (var file = File.OpenRead(archive))
        await using (var tar = new TarReader(file))
        {
            while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
            {
                using var content = new MemoryStream();
                if (entry.DataStream is { } data)
                {
                    await data.CopyToAsync(content);
                }

                if (entry.Name.TrimStart('.', '/') == "index.json")
                {
                    index = content.ToArray();
                }
                else if (content.Length > 0)
                {
                    blobs["sha256:" + Convert.ToHexStringLower(SHA256.HashData(content.ToArray()))] = content.ToArray();
                }
            }
        }

        var digest = JsonNode.Parse(index)!["manifests"]![0]!["digest"]!.GetValue<string>();
        var authorization = user is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        var registry = new LocalRegistry(blobs, blobs[digest], authorization);
        await registry._app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string? path)
    {
        if (_authorization is not null && context.Request.Headers.Authorization != _authorization)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"local\"";
            return;
        }

        var parts = (path ?? "").Split('/');
        var content = parts switch
        {
            [.., "manifests", _] => _manifest,
            [.., "blobs", var digest] => _blobs.GetValueOrDefault(digest),
            _ => null,
        };
        if (content is null)
        {
            context.Response.StatusCode = string.IsNullOrEmpty(path) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            return;
        }

        if (content == _manifest)
        {
            Interlocked.Increment(ref _manifests);
            context.Response.ContentType = JsonNode.Parse(content)!["mediaType"]?.GetValue<string>() ?? "application/vnd.oci.image.manifest.v1+json";
            context.Response.Headers["Docker-Content-Digest"] = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
        }

        context.Response.ContentLength = content.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content);
        }
    }
}
