using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Testing;
using Orchestrator.Testing.Postgres;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>resourceVersion, resourceVersionMatch, limit and continue of lists, as they are on the wire.</summary>
public sealed class ListTests(ServerFixture fixture, PostgresFixture postgres) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_exact_list_shows_the_past_and_one_not_older_than_it_the_present()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await client.CreateNamespacedConfigMapAsync(ClientTests.Settings(name, "1"), ns);
        }

        var then = (await client.ListNamespacedConfigMapAsync(ns)).Metadata.ResourceVersion;
        await client.DeleteNamespacedConfigMapAsync("a", ns);
        await client.ReplaceNamespacedConfigMapAsync(ClientTests.Settings("b", "2"), "b", ns);
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("d", "1"), ns);

        var past = await ListAsync(ns, $"resourceVersion={then}&resourceVersionMatch=Exact");
        Assert.Equal(["a=1", "b=1", "c=1"], Show(past));
        Assert.Equal(then, (string?)past["metadata"]!["resourceVersion"]);
        Assert.Equal(["a=1", "b=1"], Show(await ListAsync(ns, $"resourceVersion={then}&limit=2")));
        Assert.Equal(["b=2", "c=1", "d=1"], Show(await ListAsync(ns, $"resourceVersion={then}&resourceVersionMatch=NotOlderThan")));
        Assert.Equal(["b=2", "c=1", "d=1"], Show(await ListAsync(ns, "resourceVersion=0")));
        Assert.Equal(["b=1"], Show(await ListAsync(ns, $"resourceVersion={then}&resourceVersionMatch=Exact&fieldSelector=metadata.name%3Db")));
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0", 422, "resourceVersionMatch \\\"exact\\\" is forbidden for resourceVersion \\\"0\\\"")]
    [InlineData("resourceVersionMatch=Roughly&resourceVersion=1", 422, "Unsupported value: \\\"Roughly\\\": supported values: \\\"Exact\\\", \\\"NotOlderThan\\\"")]
    [InlineData("resourceVersionMatch=NotOlderThan&resourceVersion=1&continue=x", 422, "resourceVersionMatch is forbidden when continue is provided")]
    [InlineData("sendInitialEvents=true", 422, "sendInitialEvents is forbidden for list")]
    [InlineData("resourceVersion=new", 400, "invalid resource version")]
    [InlineData("continue=nonsense", 400, "continue key is not valid")]
    [InlineData("resourceVersion=9999999999", 504, "Too large resource version: 9999999999")]
    [InlineData("labelSelector=a%20b", 400, "unable to parse requirement")]
    [InlineData("fieldSelector=data.key%3Dx", 400, "field label not supported: data.key")]
    [InlineData("watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1", 422, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]
    [InlineData("watch=true&sendInitialEvents=true", 422, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("watch=true&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1", 422, "Unsupported value: \\\"Exact\\\": supported values: \\\"NotOlderThan\\\"")]
    public async Task What_makes_no_sense_is_refused_in_Kubernetes_words(string query, int code, string message)
    {
        using var http = fixture.Server.Http();

        var response = await http.GetAsync(new Uri($"/api/v1/namespaces/default/configmaps?{query}", UriKind.Relative));

        Assert.Equal(code, (int)response.StatusCode);
        Assert.Contains(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_go_on_at_another_server_and_after_compaction_only_inconsistently()
    {
        await using var server = await TestServer.StartAsync(postgres);
        using var http = server.Http();
        await DefaultNamespaceAsync(http);
        for (var i = 0; i < 4; i++)
        {
            await PostAsync(http, $"a{i}");
        }

        // What one server kept for the pages is no condition: any can make it from the log.
        server.Services.GetRequiredService<ApiOptions>().MaxListSnapshots = 0;
        var first = await ListAsync(http, "default", "limit=2");
        var token = (string)first["metadata"]!["continue"]!;
        await PostAsync(http, "a1a");
        await http.DeleteAsync(new Uri("/api/v1/namespaces/default/configmaps/a3", UriKind.Relative));
        var second = await ListAsync(http, "default", $"limit=5&continue={token}");
        Assert.Equal(["a2", "a3"], Names(second));
        Assert.Equal((string?)first["metadata"]!["resourceVersion"], (string?)second["metadata"]!["resourceVersion"]);

        server.Services.GetRequiredService<ApiOptions>().MaxUndoneChanges = 0;
        var gone = await http.GetAsync(new Uri($"/api/v1/namespaces/default/configmaps?limit=5&continue={token}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        var status = JsonNode.Parse(await gone.Content.ReadAsStringAsync())!;
        Assert.Equal("Expired", (string?)status["reason"]);
        var rest = await ListAsync(http, "default", $"limit=5&continue={(string?)status["metadata"]!["continue"]}");
        Assert.Equal(["a1a", "a2"], Names(rest));
    }

    [Fact]
    public async Task A_limit_on_a_deletion_of_a_collection_deletes_a_page()
    {
        var ns = await fixture.NamespaceAsync();
        using var http = fixture.Server.Http();
        using var client = fixture.Server.Client();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await client.CreateNamespacedConfigMapAsync(ClientTests.Settings(name, "1"), ns);
        }

        var response = await http.DeleteAsync(new Uri($"/api/v1/namespaces/{ns}/configmaps?limit=2", UriKind.Relative));

        var deleted = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(["a", "b"], Names(deleted));
        Assert.NotNull(deleted["metadata"]!["continue"]);
        Assert.Equal(["c"], Names(await ListAsync(ns, "")));
    }

    internal static Task DefaultNamespaceAsync(HttpClient http) => Eventually.TrueAsync(
        async () => (await http.GetAsync(new Uri("/api/v1/namespaces/default", UriKind.Relative))).IsSuccessStatusCode, "the namespace default");

    private static async Task PostAsync(HttpClient http, string name)
    {
        using var body = new StringContent($$$"""{"metadata":{"name":"{{{name}}}"}}""", System.Text.Encoding.UTF8, "application/json");
        (await http.PostAsync(new Uri("/api/v1/namespaces/default/configmaps", UriKind.Relative), body)).EnsureSuccessStatusCode();
    }

    private async Task<JsonNode> ListAsync(string ns, string query)
    {
        using var http = fixture.Server.Http();
        return await ListAsync(http, ns, query);
    }

    private static async Task<JsonNode> ListAsync(HttpClient http, string ns, string query)
    {
        var response = await http.GetAsync(new Uri($"/api/v1/namespaces/{ns}/configmaps?{query}", UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, string.Create(CultureInfo.InvariantCulture, $"{response.StatusCode}: {text}"));
        return JsonNode.Parse(text)!;
    }

    private static IEnumerable<string> Names(JsonNode list) => Items(list).Select(i => (string)i["metadata"]!["name"]!);

    private static IEnumerable<string> Show(JsonNode list) => Items(list).Select(i => $"{i["metadata"]!["name"]}={i["data"]!["key"]}");

    // Written into every namespace by the server itself.
    private static IEnumerable<JsonNode> Items(JsonNode list) =>
        list["items"]!.AsArray().OfType<JsonNode>().Where(i => (string?)i["metadata"]!["name"] != "kube-root-ca.crt");
}
