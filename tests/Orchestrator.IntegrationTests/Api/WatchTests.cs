using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Watches as they are on the wire.</summary>
public sealed class WatchTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task A_watch_shows_what_is_there_then_changes_and_is_resumed_without_gap_or_repeat()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("a", "1"), ns);
        string version;
        await using (var watch = await OpenAsync(ns, ""))
        {
            Assert.Equal(("ADDED", "a"), Summary(await watch.NextAsync()));
            await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("b", "1"), ns);
            var added = await watch.NextAsync();
            Assert.Equal(("ADDED", "b"), Summary(added));
            version = (string)added["object"]!["metadata"]!["resourceVersion"]!;
        }

        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"data":{"key":"2"}}""", V1Patch.PatchType.MergePatch), "a", ns);
        await client.DeleteNamespacedConfigMapAsync("b", ns);
        await using var resumed = await OpenAsync(ns, $"&resourceVersion={version}");
        Assert.Equal(("MODIFIED", "a"), Summary(await resumed.NextAsync()));
        Assert.Equal(("DELETED", "b"), Summary(await resumed.NextAsync()));
    }

    [Fact]
    public async Task A_selector_makes_coming_and_going_into_added_and_deleted()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("a", "1"), ns);
        await using var watch = await OpenAsync(ns, "&labelSelector=seen");

        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"metadata":{"labels":{"seen":"1"}}}""", V1Patch.PatchType.MergePatch), "a", ns);
        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"metadata":{"labels":{"seen":null}}}""", V1Patch.PatchType.MergePatch), "a", ns);

        Assert.Equal(("ADDED", "a"), Summary(await watch.NextAsync()));
        Assert.Equal(("DELETED", "a"), Summary(await watch.NextAsync()));
    }

    [Fact]
    public async Task Initial_events_end_with_a_bookmark_that_says_so()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("a", "1"), ns);
        await using var watch = await OpenAsync(ns, "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        var present = new List<string?>();
        var next = await watch.NextAsync();
        for (; (string?)next["type"] == "ADDED"; next = await watch.NextAsync())
        {
            present.Add(Summary(next).Name);
        }

        Assert.Contains("a", present);
        Assert.Equal("BOOKMARK", (string?)next["type"]);
        Assert.Equal("true", (string?)next["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
    }

    [Fact]
    public async Task A_watch_ends_by_itself_after_its_timeout()
    {
        var ns = await fixture.NamespaceAsync();
        await using var watch = await OpenAsync(ns, "&timeoutSeconds=1&resourceVersion=0&labelSelector=none");

        Assert.Null(await watch.ReadLineAsync());
    }

    private async Task<EventStream> OpenAsync(string ns, string query)
    {
        var http = fixture.Server.Http();
        var response = await http.GetAsync($"/api/v1/namespaces/{ns}/configmaps?watch=true{query}", HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new EventStream(http, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private static (string? Type, string? Name) Summary(JsonNode change) => ((string?)change["type"], (string?)change["object"]!["metadata"]!["name"]);

    private sealed class EventStream(HttpClient http, StreamReader reader) : IAsyncDisposable
    {
        private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

        public Task<string?> ReadLineAsync() => reader.ReadLineAsync().WaitAsync(Limit);

        public async Task<JsonNode> NextAsync() => JsonNode.Parse(await ReadLineAsync() ?? throw new InvalidOperationException("the watch ended"))!;

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            http.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
