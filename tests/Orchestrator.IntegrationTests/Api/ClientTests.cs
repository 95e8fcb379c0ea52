using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>The C# KubernetesClient against the server: writes with preconditions, pages, watches that are resumed.</summary>
public sealed class ClientTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Objects_are_created_read_updated_and_deleted()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        var created = await client.CreateNamespacedConfigMapAsync(Settings("a", "1"), ns);
        Assert.NotNull(created.Metadata.Uid);
        Assert.NotNull(created.Metadata.CreationTimestamp);

        created.Data["key"] = "2";
        var updated = await client.ReplaceNamespacedConfigMapAsync(created, "a", ns);
        Assert.NotEqual(created.Metadata.ResourceVersion, updated.Metadata.ResourceVersion);
        Assert.Equal(created.Metadata.Uid, updated.Metadata.Uid);

        var stale = await Assert.ThrowsAsync<HttpOperationException>(() => client.ReplaceNamespacedConfigMapAsync(created, "a", ns));
        Assert.Equal(HttpStatusCode.Conflict, stale.Response.StatusCode);
        Assert.Contains("the object has been modified", stale.Response.Content);

        var wrongUid = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = "other" } };
        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => client.DeleteNamespacedConfigMapAsync("a", ns, wrongUid));
        Assert.Equal(HttpStatusCode.Conflict, refused.Response.StatusCode);
        await client.DeleteNamespacedConfigMapAsync("a", ns);
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => client.ReadNamespacedConfigMapAsync("a", ns));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_is_not_written()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        var created = await client.CreateNamespacedConfigMapAsync(Settings("a", "1"), ns);

        var same = await client.ReplaceNamespacedConfigMapAsync(Settings("a", "1"), "a", ns);

        Assert.Equal(created.Metadata.ResourceVersion, same.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_dry_run_answers_as_if_and_stores_nothing()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();

        var shown = await client.CreateNamespacedConfigMapAsync(Settings("a", "1"), ns, dryRun: "All");

        Assert.NotNull(shown.Metadata.Uid);
        Assert.Empty((await client.ListNamespacedConfigMapAsync(ns)).Items);
    }

    [Fact]
    public async Task Names_are_generated_from_a_prefix()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        var map = Settings("", "1");
        map.Metadata = new V1ObjectMeta { GenerateName = "some-" };

        var first = await client.CreateNamespacedConfigMapAsync(map, ns);
        var second = await client.CreateNamespacedConfigMapAsync(map, ns);

        Assert.Matches("^some-[a-z0-9]{5}$", first.Metadata.Name);
        Assert.NotEqual(first.Metadata.Name, second.Metadata.Name);
    }

    [Fact]
    public async Task Pages_show_one_state_whatever_is_written_between_them()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await client.CreateNamespacedConfigMapAsync(Settings(name, "1"), ns);
        }

        var first = await client.ListNamespacedConfigMapAsync(ns, limit: 2);
        Assert.Equal(["a", "b"], first.Items.Select(i => i.Metadata.Name));
        Assert.Equal(3, first.Metadata.RemainingItemCount);
        await client.DeleteNamespacedConfigMapAsync("d", ns);
        await client.CreateNamespacedConfigMapAsync(Settings("cc", "1"), ns);

        var second = await client.ListNamespacedConfigMapAsync(ns, limit: 2, continueParameter: first.Metadata.ContinueProperty);
        var last = await client.ListNamespacedConfigMapAsync(ns, limit: 2, continueParameter: second.Metadata.ContinueProperty);

        Assert.Equal(["c", "d"], second.Items.Select(i => i.Metadata.Name));
        Assert.Equal(["e"], last.Items.Select(i => i.Metadata.Name));
        Assert.Null(last.Metadata.ContinueProperty);
        Assert.Equal(first.Metadata.ResourceVersion, last.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Status_and_the_rest_are_written_apart()
    {
        using var client = fixture.Server.Client();
        await client.CreateNodeAsync(new V1Node { Metadata = new V1ObjectMeta { Name = "apart" } });

        var status = await client.PatchNodeStatusAsync(
            new V1Patch("""{"spec":{"unschedulable":true},"status":{"nodeInfo":null,"capacity":{"cpu":"2"}}}""", V1Patch.PatchType.MergePatch), "apart");
        Assert.Equal("2", status.Status.Capacity["cpu"].ToString());
        Assert.NotEqual(true, status.Spec?.Unschedulable);

        var spec = await client.PatchNodeAsync(
            new V1Patch("""{"spec":{"unschedulable":true},"status":{"capacity":{"cpu":"9"}}}""", V1Patch.PatchType.MergePatch), "apart");
        Assert.True(spec.Spec.Unschedulable);
        Assert.Equal("2", spec.Status.Capacity["cpu"].ToString());
    }

    [Fact]
    public async Task Finalizers_hold_an_object_until_the_last_is_taken_away()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        var map = Settings("held", "1");
        map.Metadata.Finalizers = ["example.com/hold"];
        await client.CreateNamespacedConfigMapAsync(map, ns);

        await client.DeleteNamespacedConfigMapAsync("held", ns);
        var held = await client.ReadNamespacedConfigMapAsync("held", ns);
        Assert.NotNull(held.Metadata.DeletionTimestamp);
        await client.PatchNamespacedConfigMapAsync(new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), "held", ns);

        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => client.ReadNamespacedConfigMapAsync("held", ns));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Fact]
    public async Task A_selected_collection_is_deleted_and_no_more()
    {
        var ns = await fixture.NamespaceAsync();
        using var client = fixture.Server.Client();
        foreach (var name in (string[])["a", "b", "c"])
        {
            var map = Settings(name, "1");
            map.Metadata.Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["keep"] = name == "b" ? "yes" : "no" };
            await client.CreateNamespacedConfigMapAsync(map, ns);
        }

        await client.DeleteCollectionNamespacedConfigMapAsync(ns, labelSelector: "keep=no");

        Assert.Equal(["b"], (await client.ListNamespacedConfigMapAsync(ns)).Items.Select(i => i.Metadata.Name));
    }

    internal static V1ConfigMap Settings(string name, string value) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["key"] = value },
    };
}
