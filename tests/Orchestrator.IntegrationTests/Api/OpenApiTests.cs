using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Discovery and OpenAPI as clients fetch and keep them.</summary>
public sealed class OpenApiTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    [Theory]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")]
    [InlineData("/api", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "apidiscovery.k8s.io/v2beta1")]
    [InlineData("/apis", "application/json", "v1")]
    public async Task Discovery_comes_in_the_form_asked_for_and_only_when_it_has_changed(string path, string accept, string apiVersion)
    {
        using var response = await GetAsync(path, accept);
        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(apiVersion, (string?)document["apiVersion"]);

        using var again = await GetAsync(path, accept, response.Headers.ETag);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task Documents_of_groups_can_be_kept_for_good_under_their_hash()
    {
        var index = await JsonAsync("/openapi/v3");
        var link = (string)index["paths"]!["api/v1"]!["serverRelativeURL"]!;
        Assert.Matches("^/openapi/v3/api/v1\\?hash=[0-9A-F]{64}$", link);

        using var kept = await GetAsync(link, "application/json");
        using var unkept = await GetAsync("/openapi/v3/api/v1", "application/json");
        using var moved = await GetAsync("/openapi/v3/api/v1?hash=00", "application/json");

        Assert.Contains("immutable", kept.Headers.CacheControl!.ToString());
        Assert.Null(unkept.Headers.CacheControl);
        // The client has followed.
        Assert.Equal(link, moved.RequestMessage!.RequestUri!.PathAndQuery);
    }

    [Fact]
    public async Task OpenApi_2_comes_as_protobuf_or_JSON_and_as_nothing_else()
    {
        using var protobuf = await GetAsync("/openapi/v2", Protobuf);
        using var json = await GetAsync("/openapi/v2", "application/json");
        using var other = await GetAsync("/openapi/v2", "text/html");

        Assert.Equal("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", protobuf.Content.Headers.ContentType!.MediaType);
        Assert.Equal("\n\u00032.0"u8.ToArray(), (await protobuf.Content.ReadAsByteArrayAsync())[..5]);
        Assert.Equal("2.0", (string?)JsonNode.Parse(await json.Content.ReadAsStringAsync())!["swagger"]);
        Assert.Equal(HttpStatusCode.NotAcceptable, other.StatusCode);
    }

    [Fact]
    public async Task Documents_are_sent_compressed_to_who_takes_it()
    {
        using var http = fixture.Server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v3/api/v1");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using var response = await http.SendAsync(request);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);

        var unpacked = await reader.ReadToEndAsync();

        Assert.Equal((await JsonAsync("/openapi/v3/api/v1")).ToJsonString(), JsonNode.Parse(unpacked)!.ToJsonString());
    }

    [Fact]
    public async Task All_references_of_all_documents_lead_somewhere_and_all_operations_have_names_of_their_own()
    {
        List<(string Path, string Prefix, JsonNode Document)> documents = [("/openapi/v2", "#/definitions/", await JsonAsync("/openapi/v2"))];
        foreach (var (path, _) in (await JsonAsync("/openapi/v3"))["paths"]!.AsObject())
        {
            documents.Add((path, "#/components/schemas/", await JsonAsync($"/openapi/v3/{path}")));
        }

        foreach (var (path, prefix, document) in documents)
        {
            var defined = (document["definitions"] ?? document["components"]!["schemas"])!.AsObject().Select(d => prefix + d.Key).ToHashSet();
            Assert.Empty(Texts(document, "$ref").Where(r => !defined.Contains(r)).Select(r => $"{path}: {r}"));
            var names = Texts(document, "operationId").ToList();
            Assert.Equal(names.Distinct(), names);
        }
    }

    [Fact]
    public async Task Schemas_say_what_clients_merge_and_check_by()
    {
        var schemas = (await JsonAsync("/openapi/v3/api/v1"))["components"]!["schemas"]!;
        var pod = schemas["io.k8s.api.core.v1.Pod"]!;
        var container = schemas["io.k8s.api.core.v1.Container"]!;
        var ports = container["properties"]!["ports"]!;

        Assert.Equal("""[{"group":"","version":"v1","kind":"Pod"}]""", pod["x-kubernetes-group-version-kind"]!.ToJsonString());
        Assert.Equal("#/components/schemas/io.k8s.api.core.v1.PodSpec", (string?)pod["properties"]!["spec"]!["allOf"]![0]!["$ref"]);
        Assert.Equal("{}", pod["properties"]!["spec"]!["default"]!.ToJsonString());
        Assert.Equal("""["name"]""", container["required"]!.ToJsonString());
        Assert.Equal(("map", "containerPort", "merge"), (
            (string?)ports["x-kubernetes-list-type"], (string?)ports["x-kubernetes-patch-merge-key"], (string?)ports["x-kubernetes-patch-strategy"]));
        Assert.Equal("""["containerPort","protocol"]""", ports["x-kubernetes-list-map-keys"]!.ToJsonString());
        var port = schemas["io.k8s.api.core.v1.ContainerPort"]!["properties"]!;
        Assert.Equal(("integer", "int32", 0), ((string?)port["containerPort"]!["type"], (string?)port["containerPort"]!["format"], (int?)port["containerPort"]!["default"]));
        Assert.Equal("TCP", (string?)port["protocol"]!["default"]);
        Assert.Equal("atomic", (string?)schemas["io.k8s.api.core.v1.ConfigMapKeySelector"]!["x-kubernetes-map-type"]);
        Assert.StartsWith("Pod is a collection of containers", (string?)pod["description"]);
        var create = (await JsonAsync("/openapi/v3/api/v1"))["paths"]!["/api/v1/namespaces/{namespace}/pods"]!["post"]!;
        Assert.Equal("createCoreV1NamespacedPod", (string?)create["operationId"]);
        Assert.Equal(["dryRun", "fieldManager", "fieldValidation"], create["parameters"]!.AsArray().Select(p => (string?)p!["name"]));
    }

    private static IEnumerable<string> Texts(JsonNode? node, string name) => node switch
    {
        JsonObject members => members.SelectMany(m =>
            m.Key == name && m.Value is JsonValue text && text.TryGetValue<string>(out var found) ? [found] : Texts(m.Value, name)),
        JsonArray items => items.SelectMany(i => Texts(i, name)),
        _ => [],
    };

    private async Task<JsonNode> JsonAsync(string path)
    {
        using var response = await GetAsync(path, "application/json");
        return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept, EntityTagHeaderValue? known = null)
    {
        using var http = fixture.Server.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await http.SendAsync(request);
    }
}
