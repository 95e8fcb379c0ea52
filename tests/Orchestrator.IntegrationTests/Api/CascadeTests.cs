using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Testing;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>What becomes of dependents when kubectl and clients delete their owners.</summary>
public sealed class CascadeTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Background_deletes_dependents_of_dependents_too()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        await ChainAsync(kubectl);

        await kubectl.RunAsync("delete", "configmap", "top", "--cascade=background");

        await NamesBecomeAsync(kubectl, "configmaps", "");
        Assert.Equal("", (await kubectl.RunAsync("get", "secrets", "-o", "name")).Trim());
    }

    [Fact]
    public async Task Orphan_leaves_dependents_without_the_reference()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        await ChainAsync(kubectl);

        await kubectl.RunAsync("delete", "configmap", "top", "--cascade=orphan");

        await NamesBecomeAsync(kubectl, "configmaps", "configmap/middle");
        Assert.Equal("", await kubectl.RunAsync("get", "configmap", "middle", "-o", "jsonpath={.metadata.ownerReferences}"));
        Assert.Equal("secret/leaf", (await kubectl.RunAsync("get", "secrets", "-o", "name")).Trim());
    }

    [Fact]
    public async Task Foreground_keeps_the_owner_until_the_last_that_blocks_it_has_gone()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        await ChainAsync(kubectl);
        await kubectl.RunAsync("patch", "secret", "leaf", "--type=merge", "-p", """{"metadata":{"finalizers":["example.com/hold"]}}""");

        await kubectl.RunAsync("delete", "configmap", "top", "--cascade=foreground", "--wait=false");
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "secret", "leaf", "-o", "jsonpath={.metadata.deletionTimestamp}")).Length > 0, "marking of the leaf");
        Assert.Equal("configmap/middle\nconfigmap/top", (await kubectl.RunAsync("get", "configmaps", "-o", "name")).Trim());
        await kubectl.RunAsync("patch", "secret", "leaf", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");

        await NamesBecomeAsync(kubectl, "configmaps", "");
    }

    [Fact]
    public async Task A_circle_goes_as_a_whole_in_the_foreground()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        await ChainAsync(kubectl);
        var middle = await kubectl.RunAsync("get", "configmap", "middle", "-o", "jsonpath={.metadata.uid}");
        var circle = new JsonObject { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(Owner("middle", middle)) } };
        await kubectl.RunAsync("patch", "configmap", "top", "--type=merge", "-p", circle.ToJsonString());

        await kubectl.RunAsync("delete", "configmap", "top", "--cascade=foreground");

        await NamesBecomeAsync(kubectl, "configmaps", "");
    }

    [Fact]
    public async Task What_names_an_owner_that_never_was_is_collected_and_an_owner_elsewhere_is_told_of()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        var other = await fixture.NamespaceAsync(null);
        await other.RunAsync("create", "configmap", "owner");
        var uid = await other.RunAsync("get", "configmap", "owner", "-o", "jsonpath={.metadata.uid}");

        await CreateAsync(kubectl, "ConfigMap", "absent", Owner("nobody", "11111111-2222-3333-4444-555555555555"));
        await CreateAsync(kubectl, "ConfigMap", "misplaced", Owner("owner", uid));

        await NamesBecomeAsync(kubectl, "configmaps", "");
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "events", "-o", "jsonpath={.items[*].reason}")).Contains("OwnerRefInvalidNamespace", StringComparison.Ordinal),
            "the event of the misplaced reference");
        Assert.Equal("configmap/owner", (await other.RunAsync("get", "configmaps", "-o", "name")).Trim());
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused_and_the_older_one_still_counts()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        using var http = fixture.Server.Http();
        var owner = await client.CreateNamespacedConfigMapAsync(ClientTests.Settings("owner", "1"), ns);
        var owned = ClientTests.Settings("owned", "1");
        owned.Metadata.OwnerReferences = [new V1OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = "owner", Uid = owner.Metadata.Uid }];
        await client.CreateNamespacedConfigMapAsync(owned, ns);

        var refused = await http.DeleteAsync(new Uri($"/api/v1/namespaces/{ns}/configmaps/owner?propagationPolicy=Orphan&orphanDependents=true", UriKind.Relative));
        Assert.Equal(422, (int)refused.StatusCode);
        Assert.Contains("orphanDependents and deletionPropagation cannot be both set", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var unknown = await http.DeleteAsync(new Uri($"/api/v1/namespaces/{ns}/configmaps/owner?propagationPolicy=Sideways", UriKind.Relative));
        Assert.Contains("supported values: \\\"Foreground\\\", \\\"Background\\\", \\\"Orphan\\\", \\\"nil\\\"", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        (await http.DeleteAsync(new Uri($"/api/v1/namespaces/{ns}/configmaps/owner?orphanDependents=true", UriKind.Relative))).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(
            async () => (await client.ListNamespacedConfigMapAsync(ns)).Items is [{ Metadata: { Name: "owned", OwnerReferences: null } }], "orphaning");
    }

    private static async Task ChainAsync(NamespacedKubectl kubectl)
    {
        await CreateAsync(kubectl, "ConfigMap", "top");
        await CreateAsync(kubectl, "ConfigMap", "middle", Owner("top", await kubectl.RunAsync("get", "configmap", "top", "-o", "jsonpath={.metadata.uid}")));
        await CreateAsync(kubectl, "Secret", "leaf", Owner("middle", await kubectl.RunAsync("get", "configmap", "middle", "-o", "jsonpath={.metadata.uid}")));
    }

    private static Task<string> CreateAsync(NamespacedKubectl kubectl, string kind, string name, JsonObject? owner = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (owner is not null)
        {
            metadata["ownerReferences"] = new JsonArray(owner);
        }

        var obj = new JsonObject { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = metadata };
        return kubectl.FeedAsync(obj.ToJsonString(), "create", "-f", "-");
    }

    private static JsonObject Owner(string name, string uid) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["name"] = name,
        ["uid"] = uid,
        ["blockOwnerDeletion"] = true,
    };

    private static Task NamesBecomeAsync(NamespacedKubectl kubectl, string resource, string names) => Eventually.TrueAsync(
        async () => (await kubectl.RunAsync("get", resource, "-o", "name")).Trim() == names, $"{resource} being '{names}'");
}
