using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Tables and partial objects on the wire: what kubectl prints from, and what controllers that need metadata alone read.</summary>
public sealed class TableTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    [Theory]
    [InlineData("None", "")]
    [InlineData("Metadata", "PartialObjectMetadata")]
    [InlineData("", "PartialObjectMetadata")]
    [InlineData("Object", "ConfigMap")]
    public async Task Rows_carry_the_object_as_asked(string include, string kind)
    {
        var ns = await NamespaceWithMapAsync();

        var table = await JsonAsync($"/api/v1/namespaces/{ns}/configmaps?includeObject={include}", Table);

        Assert.Equal(("Table", "meta.k8s.io/v1"), ((string?)table["kind"], (string?)table["apiVersion"]));
        Assert.Equal(["Name", "Data", "Age"], table["columnDefinitions"]!.AsArray().Select(c => (string?)c!["name"]));
        Assert.Equal("name", (string?)table["columnDefinitions"]![0]!["format"]);
        var row = Assert.Single(table["rows"]!.AsArray())!;
        Assert.Equal(("a", 1), ((string?)row["cells"]![0], (int?)row["cells"]![1]));
        Assert.Equal(kind, (string?)row["object"]?["kind"] ?? "");
    }

    [Fact]
    public async Task Old_clients_get_the_version_that_they_know()
    {
        var ns = await NamespaceWithMapAsync();

        var table = await JsonAsync($"/api/v1/namespaces/{ns}/configmaps/a", "application/json;as=Table;v=v1beta1;g=meta.k8s.io");

        Assert.Equal("meta.k8s.io/v1beta1", (string?)table["apiVersion"]);
        Assert.Single(table["rows"]!.AsArray());
    }

    [Fact]
    public async Task Metadata_alone_comes_as_partial_objects()
    {
        var ns = await NamespaceWithMapAsync();

        var one = await JsonAsync($"/api/v1/namespaces/{ns}/configmaps/a", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        var list = await JsonAsync($"/api/v1/namespaces/{ns}/configmaps", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");

        Assert.Equal(("PartialObjectMetadata", "a"), ((string?)one["kind"], (string?)one["metadata"]!["name"]));
        Assert.Null(one["data"]);
        Assert.Equal("PartialObjectMetadataList", (string?)list["kind"]);
        Assert.Equal("a", (string?)Assert.Single(list["items"]!.AsArray())!["metadata"]!["name"]);
    }

    [Fact]
    public async Task A_watch_of_tables_names_the_columns_once()
    {
        var ns = await NamespaceWithMapAsync();
        using var client = fixture.Server.Client();
        using var http = Http(Table);
        using var response = await http.GetAsync($"/api/v1/namespaces/{ns}/configmaps?watch=1", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        var first = JsonNode.Parse((await lines.ReadLineAsync())!)!;
        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"data":{"other":"2"}}""", V1Patch.PatchType.MergePatch), "a", ns);
        var second = JsonNode.Parse((await lines.ReadLineAsync())!)!;

        Assert.Equal(3, first["object"]!["columnDefinitions"]!.AsArray().Count);
        Assert.Empty(second["object"]!["columnDefinitions"]?.AsArray() ?? []);
        Assert.Equal(("MODIFIED", 2), ((string?)second["type"], (int?)second["object"]!["rows"]![0]!["cells"]![1]));
    }

    private async Task<string> NamespaceWithMapAsync()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("a", "1"), ns);
        return ns;
    }

    private async Task<JsonNode> JsonAsync(string path, string accept)
    {
        using var http = Http(accept);
        return JsonNode.Parse(await http.GetStringAsync(path))!;
    }

    private HttpClient Http(string accept)
    {
        var http = fixture.Server.Http();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);
        return http;
    }
}
