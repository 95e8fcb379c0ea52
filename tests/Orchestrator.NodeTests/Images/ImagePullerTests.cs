using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Images;

/// <summary>Pulls from a small registry on the loopback interface that wants tokens, as public ones do.</summary>
public sealed class ImagePullerTests : IAsyncLifetime
{
    private const string Token = "let-me-in";
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new();
    private WebApplication _registry = null!;
    private int _blobRequests;
    private byte[] _manifest = [];
    private byte[] _index = [];

    private string Host => new Uri(_registry.Urls.First()).Authority;

    public async ValueTask InitializeAsync()
    {
        var layer = Add("not really a layer"u8.ToArray());
        var config = Add("""{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/app"]}}"""u8.ToArray());
        _manifest = Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"{{{OciMediaTypes.Manifest}}}","config":{"mediaType":"{{{OciMediaTypes.Config}}}",{{{config}}}},"layers":[{"mediaType":"{{{OciMediaTypes.Layer}}}",{{{layer}}}}]}""");
        _index = Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{{OciMediaTypes.Manifest}}}","digest":"{{{ContentDigest.Of(_manifest)}}}","size":{{{_manifest.Length}}},"platform":{"architecture":"{{{ImagePlatform.Architecture}}}","os":"linux"}},{"mediaType":"{{{OciMediaTypes.Manifest}}}","digest":"{{{ContentDigest.Of(_index)}}}","size":1,"platform":{"architecture":"none","os":"plan9"}}]}""");
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _http.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_index_is_pulled_for_this_platform_and_layers_only_once()
    {
        var (provider, store) = NewProvider();
        var (image, _) = await provider.EnsureAsync(new ImageRequest($"{Host}/team/app:v1", "Always"), CancellationToken.None);

        Assert.Equal(ContentDigest.Of(_manifest), image.Digest);
        Assert.Equal(["/bin/app"], image.Config.Config!.Cmd);
        Assert.Equal(image.Digest, (await store.FindAsync($"{Host}/team/app:v1", CancellationToken.None))!.Digest);
        var requests = _blobRequests;
        await provider.EnsureAsync(new ImageRequest($"{Host}/team/app:v1", "Always"), CancellationToken.None);
        Assert.Equal(requests, _blobRequests);
    }

    [Fact]
    public async Task Content_that_is_not_what_its_digest_says_is_refused()
    {
        var (provider, store) = NewProvider();
        var blob = _blobs.Keys.First();
        _blobs[blob] = [.. _blobs[blob].Select(value => (byte)(value + 1))];

        var refusal = await Assert.ThrowsAsync<RuntimeRefusalException>(() => provider.EnsureAsync(new ImageRequest($"{Host}/team/app:v1", "IfNotPresent"), CancellationToken.None));
        Assert.Equal("ErrImagePull", refusal.Reason);
        Assert.Contains("digest", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("team/app:none", "IfNotPresent", "ErrImagePull", "does not have")]
    [InlineData("team/app:v1", "Never", "ErrImageNeverPull", "not on this node")]
    [InlineData("Team/app:v1", "IfNotPresent", "InvalidImageName", "lower-case")]
    public async Task Refusals_have_kubelets_reasons(string name, string policy, string reason, string message)
    {
        var refusal = await Assert.ThrowsAsync<RuntimeRefusalException>(() => NewProvider().Provider.EnsureAsync(new ImageRequest($"{Host}/{name}", policy), CancellationToken.None));
        Assert.Equal(reason, refusal.Reason);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_registry_is_named()
    {
        var host = Host;
        await _registry.StopAsync();
        var refusal = await Assert.ThrowsAsync<RuntimeRefusalException>(() => NewProvider().Provider.EnsureAsync(new ImageRequest($"{host}/team/app:v1", "IfNotPresent"), CancellationToken.None));
        Assert.Contains(host, refusal.Message, StringComparison.Ordinal);
    }

    private (ImageProvider Provider, ImageStore Store) NewProvider()
    {
        var store = new ImageStore(_directory.Sub("store"), TimeProvider.System);
        return (new ImageProvider(store, new ImagePuller(store, _http, TimeProvider.System)), store);
    }

    private string Add(byte[] blob)
    {
        var digest = ContentDigest.Of(blob).ToString();
        _blobs[digest] = blob;
        return $"\"digest\":\"{digest}\",\"size\":{blob.Length}";
    }

    private async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _registry = builder.Build();
        _registry.Urls.Add("http://127.0.0.1:0");
        _registry.MapGet("/token", (string scope) => scope == "repository:team/app:pull" ? Results.Text(JsonSerializer.Serialize(new { token = Token })) : Results.BadRequest());
        _registry.MapGet("/v2/team/app/manifests/{reference}", (HttpContext context, string reference) => Authorized(context, () =>
            reference == "v1" ? Results.Bytes(_index, OciMediaTypes.Index)
            : reference == ContentDigest.Of(_manifest).ToString() ? Results.Bytes(_manifest, OciMediaTypes.Manifest) : Results.NotFound()));
        _registry.MapGet("/v2/team/app/blobs/{digest}", (HttpContext context, string digest) => Authorized(context, () =>
        {
            Interlocked.Increment(ref _blobRequests);
            return Results.Bytes(_blobs[digest]);
        }));
        await _registry.StartAsync();
    }

    private IResult Authorized(HttpContext context, Func<IResult> answer)
    {
        if (context.Request.Headers.Authorization == "Bearer " + Token)
        {
            return answer();
        }

        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{Host}/token\",service=\"test\",scope=\"repository:team/app:pull\"";
        return Results.Unauthorized();
    }
}
