using System.Text.Json.Nodes;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>The two groups of Events show the same objects, by kubectl.</summary>
public sealed class EventTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string New = "events.v1.events.k8s.io";

    [Fact]
    public async Task An_event_written_in_one_group_is_read_patched_and_selected_in_the_other()
    {
        string ns = await fixture.NamespaceAsync();
        Kubectl kubectl = fixture.Server.Kubectl();
        await kubectl.FeedAsync(NewEvent("fresh", ns), "create", "-f", "-");
        await kubectl.FeedAsync(
            $$"""
            {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "old", "namespace": "{{ns}}"}, "involvedObject": {"kind": "Pod", "namespace": "{{ns}}", "name": "q"},
             "reason": "Killing", "message": "Stopping it", "type": "Warning", "count": 3, "source": {"component": "kubelet", "host": "n1"},
             "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:10:00Z", "reportingComponent": "", "reportingInstance": ""}
            """,
            "create", "-f", "-");

        JsonNode core = await GetAsync(ns, "event", "fresh"), shown = await GetAsync(ns, New, "old");
        Assert.Equal(("v1", "It is there", "p"), ((string?)core["apiVersion"], (string?)core["message"], (string?)core["involvedObject"]!["name"]));
        Assert.Equal("example.com/controller", (string?)core["reportingComponent"]);
        Assert.Null(core["note"]);
        Assert.Equal(("events.k8s.io/v1", "Stopping it", "q"), ((string?)shown["apiVersion"], (string?)shown["note"], (string?)shown["regarding"]!["name"]));
        Assert.Equal((3, "kubelet"), ((int?)shown["deprecatedCount"], (string?)shown["deprecatedSource"]!["component"]));
        Assert.Equal("2026-01-01T00:10:00Z", (string?)shown["deprecatedLastTimestamp"]);
        Assert.Equal((string?)(await GetAsync(ns, "event", "old"))["metadata"]!["uid"], (string?)shown["metadata"]!["uid"]);

        await kubectl.RunAsync("patch", New, "fresh", "-n", ns, "--type=merge", "-p", """{"series":{"count":2,"lastObservedTime":"2026-01-01T00:00:02.000000Z"}}""");
        Assert.Equal(2, (int?)(await GetAsync(ns, "event", "fresh"))["series"]!["count"]);
        await kubectl.RunAsync("patch", "event", "old", "-n", ns, "--type=merge", "-p", """{"count":4}""");
        Assert.Equal(4, (int?)(await GetAsync(ns, New, "old"))["deprecatedCount"]);
        (_, _, string refused) = await kubectl.TryAsync(null, "patch", New, "fresh", "-n", ns, "--type=merge", "-p", """{"note":"else"}""");
        Assert.Contains("The Event \"fresh\" is invalid: note: Invalid value: \"else\": field is immutable", refused, StringComparison.Ordinal);

        Assert.Equal($"event.events.k8s.io/fresh\n", await kubectl.RunAsync("get", New, "-n", ns, "--field-selector", "regarding.name=p,reportingController=example.com/controller", "-o", "name"));
        Assert.Equal("event/old\n", await kubectl.RunAsync("get", "events", "-n", ns, "--field-selector", "involvedObject.name=q", "-o", "name"));
        (_, _, string unknown) = await kubectl.TryAsync(null, "get", New, "-n", ns, "--field-selector", "involvedObject.name=q");
        Assert.Contains("field label not supported: involvedObject.name", unknown, StringComparison.Ordinal);
        (_, _, string missing) = await kubectl.TryAsync(null, "get", New, "-n", ns, "none");
        Assert.Contains("events.events.k8s.io \"none\" not found", missing, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Both_groups_print_the_same_table(string program)
    {
        NamespacedKubectl kubectl = await fixture.NamespaceAsync(program);
        string ns = await NamespaceOfAsync(kubectl);
        await kubectl.FeedAsync(NewEvent("fresh", ns), "create", "-f", "-");
        foreach (string kind in (string[])["events", New])
        {
            string table = await kubectl.RunAsync("get", kind, "-o", "wide");
            Assert.Matches(@"LAST SEEN +TYPE +REASON +OBJECT +SUBOBJECT +SOURCE +MESSAGE +FIRST SEEN +COUNT +NAME *\n", table);
            Assert.Matches(@"Normal +Made +pod/p +example.com/controller +It is there +\S+ +1 +fresh", table);
        }

        Assert.Matches(@"Normal +Made +Pod/p +It is there", await kubectl.RunAsync("events"));
    }

    [Fact]
    public async Task A_watch_of_one_group_sees_what_is_written_in_the_other()
    {
        string ns = await fixture.NamespaceAsync();
        using HttpClient http = fixture.Server.Http();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using Stream body = await http.GetStreamAsync(
            new Uri($"/apis/events.k8s.io/v1/namespaces/{ns}/events?watch=true&fieldSelector=regarding.name=q", UriKind.Relative), limit.Token);
        using var lines = new StreamReader(body);
        Kubectl kubectl = fixture.Server.Kubectl();
        foreach (string name in (string[])["p", "q"])
        {
            await kubectl.FeedAsync(
                $$"""{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "of-{{name}}", "namespace": "{{ns}}"}, "involvedObject": {"kind": "Pod", "namespace": "{{ns}}", "name": "{{name}}"}, "message": "told", "reason": "R"}""",
                "create", "-f", "-");
        }

        JsonNode seen = JsonNode.Parse((await lines.ReadLineAsync(limit.Token))!)!;
        Assert.Equal(("ADDED", "of-q", "told"), ((string?)seen["type"], (string?)seen["object"]!["metadata"]!["name"], (string?)seen["object"]!["note"]));
    }

    public static TheoryData<string> Programs => [.. Kubectl.Span];

    private static async Task<string> NamespaceOfAsync(NamespacedKubectl kubectl) =>
        await kubectl.FeedAsync("---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}", "create", "-f", "-", "-o", "jsonpath={.metadata.namespace}");

    private async Task<JsonNode> GetAsync(string ns, string kind, string name) =>
        JsonNode.Parse(await fixture.Server.Kubectl().RunAsync("get", kind, name, "-n", ns, "-o", "json"))!;

    private static string NewEvent(string name, string ns) =>
        $$"""
        {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "{{name}}", "namespace": "{{ns}}"}, "eventTime": "2026-01-01T00:00:00.000000Z",
         "regarding": {"kind": "Pod", "namespace": "{{ns}}", "name": "p"}, "reportingController": "example.com/controller", "reportingInstance": "c-1",
         "action": "Making", "reason": "Made", "type": "Normal", "note": "It is there"}
        """;
}
